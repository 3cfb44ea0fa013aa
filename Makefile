# Every target sets up what it needs: .venv is made when it is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Test files run beside each other in so many processes, of up to 3 GB each.
PROCESSES ?= 2
STAMP := $(VENV)/.installed
FONTS := /usr/share/fonts/opentype/cantarell

export PYTHONUTF8 = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test lint types bench clean

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

demo: $(STAMP) ## make, proof and deliver the example campaign into out/demo
	$(BIN)/presscheck run examples/summer_sale/campaign.yaml --work out/work

test: $(STAMP) ## run every test
	command -v chromium >/dev/null && command -v tesseract >/dev/null && test -d $(FONTS) || ./.ci/debian-packages
	$(BIN)/python -m pytest --quiet --numprocesses $(PROCESSES) --dist loadfile

lint: $(STAMP) ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy
	$(BIN)/pyright

bench: $(STAMP) ## ratios against named baselines, one table
	$(BIN)/python -m pytest --quiet --override-ini addopts= -s tests/benchmarks

clean:
	rm -rf $(VENV) out build dist
