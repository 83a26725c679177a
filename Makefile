# `make run` and `make test` need nothing before them: they set up .venv themselves.
#
#   make run       the window; without a display, 30 s of music with its stems in takes/first-take
#   make test      all checks and all tests
#   make check     the checks alone: style, types, imports, docstrings
#   make format    lay the code out as the checks want it
#   make screenshots   docs/screenshots, from the real window in all its states
#   make dist      a folder to give away: dist/DeepDeadNet
#   make setup     .venv alone; TORCH=cuda for an Nvidia card on Linux, TORCH=cpu to go back
#   make lock      raise the versions in requirements.lock

# The environment's own Python if it works, otherwise the first of the machine's for which all libraries exist.
ifeq ($(PYTHON),)
PYTHON := $(shell for python in .venv/bin/python python3.11 python3.12 python3.13 python3; do \
    $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
    && echo $$python && break; done)
endif
ifeq ($(PYTHON),)
$(error DeepDeadNet needs Python 3.11, 3.12 or 3.13. Install one and try again: sudo apt-get install python3.11)
endif

SET_UP = @$(PYTHON) -I tools/setup.py $(if $(TORCH),--torch $(TORCH))
IN_VENV = .venv/bin/python
MODEL = house-band
FIRST_TAKE = takes/first-take

.PHONY: run test check format screenshots dist setup setup-test setup-dist lock

run: setup
	@if [ "$$(uname)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	    echo "There is no display here: rendering 30 s of music into $(FIRST_TAKE)."; \
	    $(IN_VENV) main.py render --model $(MODEL) --length 30 --seed 7 --out $(FIRST_TAKE); \
	else \
	    $(IN_VENV) main.py; \
	fi

test: check
	$(IN_VENV) -m pytest

check: setup-test
	$(IN_VENV) -m ruff check
	$(IN_VENV) -m ruff format --check
	$(IN_VENV) -m mypy
	.venv/bin/lint-imports --no-logo

format: setup-test
	$(IN_VENV) -m ruff check --fix
	$(IN_VENV) -m ruff format

screenshots: setup-test
	$(IN_VENV) -m tools.screenshots

dist: setup-dist
	$(IN_VENV) -m PyInstaller --noconfirm --log-level WARN pyinstaller.spec
	$(IN_VENV) tools/try_dist.py

setup:
	$(SET_UP)

setup-test:
	$(SET_UP) band cluster test

setup-dist:
	$(SET_UP) dist

lock:
	$(SET_UP) --lock band cluster test dist
