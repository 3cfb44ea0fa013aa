"""Built-in plugins. Each module is a plugin like anyone's."""

PLUGINS: tuple[str, ...] = (
    "presscheck_plugins.collect_placements",
    "presscheck_plugins.deliver_folder",
    "presscheck_plugins.engine_glm_image",
    "presscheck_plugins.inspect_glyphs",
    "presscheck_plugins.mark_ai",
    "presscheck_plugins.read_ppocr",
    "presscheck_plugins.read_rapidocr",
    "presscheck_plugins.read_tesseract",
    "presscheck_plugins.read_vision_http",
    "presscheck_plugins.run_in_process",
    "presscheck_plugins.upscale_lanczos",
    "presscheck_plugins.upscale_waifu2x",
    "presscheck_plugins.validate_contrast",
    "presscheck_plugins.validate_copy",
    "presscheck_plugins.validate_layout",
    "presscheck_plugins.validate_readers",
    "presscheck_plugins.verify_copy",
)

__all__ = ["PLUGINS"]
