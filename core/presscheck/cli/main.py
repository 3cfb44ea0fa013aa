"""The commands, and how every error ends: one clear message and a documented exit code."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from presscheck import errors

app = typer.Typer(
    name="presscheck",
    help="Make, proof and deliver marketing images. Only what reads right goes out.",
    epilog=(
        "Exit codes: 0 everything delivered, 2 wrong input, 3 something is left for review, "
        "4 a delivery failed, 5 the engine failed, 6 a plugin failed, 7 no room or no access "
        "in the work folder, 130 interrupted (run again to go on)."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Work = Annotated[Path, typer.Option(help="Folder for the ledger and the images.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
DEFAULT_WORK = Path(".presscheck")


@app.command()
def run(
    campaign: Annotated[Path, typer.Argument(help="The campaign file.")],
    work: Work = DEFAULT_WORK,
    broker: Annotated[
        str | None, typer.Option(help="A broker's URL; without it an embedded one is used.")
    ] = None,
    runner: Annotated[str, typer.Option(help="Who runs the stages: celery or press.")] = "celery",
    ledger: Annotated[str | None, typer.Option(help="The ledger's database URL.")] = None,
    as_json: Json = False,
) -> None:
    """Make, proof and deliver a campaign. Run again, it goes on where it was."""
    from presscheck.cli.running import run_campaign

    raise typer.Exit(
        run_campaign(
            campaign, work=work, broker=broker, runner=runner, ledger=ledger, as_json=as_json
        )
    )


@app.command()
def worker(
    broker: Annotated[str, typer.Option(help="The broker's URL.")],
    queues: Annotated[
        str, typer.Option(help="Which queues to serve: engine, cpu, delivery.")
    ] = "engine,cpu,delivery",
    work: Work = DEFAULT_WORK,
    ledger: Annotated[str | None, typer.Option(help="The ledger's database URL.")] = None,
) -> None:
    """Serve a broker's queues; work folder and ledger are shared with whoever submits."""
    from presscheck.cli.running import serve

    serve(broker, queues.split(","), work=work, ledger=ledger)


@app.command()
def preflight(
    campaign: Annotated[Path, typer.Argument(help="The campaign file.")], as_json: Json = False
) -> None:
    """Judge a campaign without making anything."""
    from presscheck.cli.running import preflight_campaign

    raise typer.Exit(preflight_campaign(campaign, as_json=as_json))


@app.command()
def simulate(
    campaign: Annotated[Path, typer.Argument(help="The campaign file.")],
    work: Work = DEFAULT_WORK,
    ledger: Annotated[str | None, typer.Option(help="The ledger's database URL.")] = None,
    plays: Annotated[int, typer.Option(help="How often it is played.", min=1, max=100_000)] = 200,
    seed: Annotated[int, typer.Option(help="The dice's seed.")] = 0,
    as_json: Json = False,
) -> None:
    """Forecast a campaign's rolls, seconds and cost from the pass rates measured so far."""
    from presscheck.cli.forecasting import simulate_campaign

    raise typer.Exit(
        simulate_campaign(
            campaign, work=work, ledger=ledger, plays=plays, seed=seed, as_json=as_json
        )
    )


@app.command()
def calibrate(
    campaign: Annotated[Path, typer.Argument(help="The campaign file.")],
    far: Annotated[
        float, typer.Option(help="Wanted rate of wrong copy accepted.", min=0.0001, max=0.5)
    ] = 0.02,
    views: Annotated[
        int, typer.Option(help="Settings of each string, right and wrong.", min=1, max=1000)
    ] = 8,
    reader: Annotated[str, typer.Option(help="The reader (OCR) to use.")] = "ppocr",
    workers: Annotated[
        int | None, typer.Option(help="Processes; as many as cores by default.", min=1)
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="The file; calibration.json beside the campaign's.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Learn what the reader cannot read of a campaign, and choose its thresholds."""
    from presscheck.cli.calibrating import calibrate_campaign

    raise typer.Exit(
        calibrate_campaign(
            campaign,
            far=far,
            views=views,
            reader=reader,
            workers=workers or len(os.sched_getaffinity(0)),
            output=output,
            as_json=as_json,
        )
    )


@app.command()
def check(
    image: Annotated[Path | None, typer.Argument(help="An image, also one made elsewhere.")] = None,
    copy: Annotated[
        list[str] | None,
        typer.Option("--copy", help="Required copy: 'SUMMER SALE' or 'headline=SUMMER SALE'."),
    ] = None,
    batch: Annotated[
        Path | None, typer.Option(help='A file of lines {"image": path, "copy": [lines]}.')
    ] = None,
    reader: Annotated[str, typer.Option(help="The reader (OCR) to use.")] = "ppocr",
    second_opinion: Annotated[
        str | None, typer.Option(help="A reader that is asked about slots left unsure.")
    ] = None,
    overlay: Annotated[
        Path | None,
        typer.Option(
            help="Draw the verdict on the image: into this PNG file, or this folder with --batch."
        ),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", help="Text that may stand in the scene, such as a brand's name."),
    ] = None,
    font: Annotated[
        Path | None, typer.Option(help="The font that the copy is set in: glyphs are compared.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read an image back and compare it with its copy, slot by slot."""
    from presscheck.cli.checking import check_batch_file, check_one, open_panel

    if batch is not None:
        if image is not None or copy or font is not None:
            raise errors.InputError(
                "--batch names its images and their copy itself, and knows no font.",
                remedy="Leave the image, --copy and --font out.",
            )
        panel = open_panel(reader, second_opinion)
        raise typer.Exit(check_batch_file(batch, panel, allowed=allow or (), overlays=overlay))
    if image is None or not copy:
        raise errors.InputError(
            "check needs an image and its copy.",
            remedy="Write `presscheck check poster.png --copy 'SUMMER SALE'`, or use --batch.",
        )
    panel = open_panel(reader, second_opinion)
    raise typer.Exit(
        check_one(
            image, copy, panel, as_json=as_json, allowed=allow or (), font=font, overlay=overlay
        )
    )


@app.command()
def report(
    run: Annotated[str | None, typer.Argument(help="A run's id; without it, the runs.")] = None,
    work: Work = DEFAULT_WORK,
    output: Annotated[Path, typer.Option(help="The HTML file.")] = Path("contact-sheet.html"),
    ledger: Annotated[str | None, typer.Option(help="The ledger's database URL.")] = None,
    as_json: Json = False,
) -> None:
    """Draw the contact sheet of a run, or list the runs."""
    from presscheck.cli.reporting import list_runs, report_run

    if run is None:
        raise typer.Exit(list_runs(work, ledger, as_json=as_json))
    raise typer.Exit(report_run(run, work, ledger, output, as_json=as_json))


@app.command()
def brands(as_json: Json = False) -> None:
    """List the installed brand kits."""
    from presscheck.cli.listing import list_brands

    list_brands(as_json=as_json)


@app.command()
def engines(as_json: Json = False) -> None:
    """List the installed engines."""
    from presscheck.cli.listing import list_engines

    list_engines(as_json=as_json)


@app.command()
def plugins(as_json: Json = False) -> None:
    """List the plugins, their hooks, and those that could not be loaded."""
    from presscheck.cli.listing import list_plugins

    raise typer.Exit(list_plugins(as_json=as_json))


@app.command()
def doctor(work: Work = DEFAULT_WORK, as_json: Json = False) -> None:
    """Look whether everything that a run needs works on this machine."""
    from presscheck.cli.examining import examine

    raise typer.Exit(examine(work, as_json=as_json))


def main() -> None:
    """Run the command line and end the process with a documented exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # An argument in another encoding must not end in a traceback when it is told back.
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(_run())
    except errors.PresscheckError as error:
        _tell(f"presscheck: {error}")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _tell("presscheck: interrupted; run the same command again to go on.")
        sys.exit(errors.EXIT_INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough (`presscheck ... | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(errors.EXIT_OK)
    except Exception as error:  # noqa: BLE001 - the last resort: no traceback for users
        _tell_unexpected(error)
        sys.exit(_exit_code(error))


def _run() -> int:
    """Run a command and return its exit code, which Typer hands back instead of raising it."""
    try:
        code: object = app(standalone_mode=False)
    except SystemExit as end:
        # Typer ends so itself when nobody reads our output any more.
        raise BrokenPipeError from end
    sys.stdout.flush()
    return code if isinstance(code, int) else errors.EXIT_OK


def _exit_code(error: Exception) -> int:
    code = getattr(error, "exit_code", errors.EXIT_UNEXPECTED)
    return code if isinstance(code, int) else errors.EXIT_UNEXPECTED


def _tell_unexpected(error: Exception) -> None:
    show = getattr(error, "show", None)
    if callable(show):
        show()  # click's own usage errors know how to print themselves
        return
    if os.environ.get("PRESSCHECK_TRACEBACK"):
        raise error
    _tell(
        f"presscheck: unexpected {type(error).__name__}: {error}\n"
        "This is a defect. Set PRESSCHECK_TRACEBACK=1 and report what it prints."
    )


def _tell(text: str) -> None:
    print(text, file=sys.stderr)
