# Needs make and a Python of 3.11 or later; everything else is installed into .venv.
# `make PYTHON=/path/to/python3.12 setup` names the Python to use.

SHELL := /bin/sh
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
WORKERS ?= auto
PYTEST_ARGS ?=
SOURCES := $(shell find src -name '*.py' 2>/dev/null)
export PYTHONUTF8 = 1
# What is compiled is kept: without, every process of the tests compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test bench check extras setup static screenshots format glossary systems clean

help: ## 列出命令 · List what can be made
	@grep -E '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

demo: .venv/.run .venv/.static .venv/.warm .venv/.font ## 安装并演示 · Set everything up and run the main job on the sample shop
	@$(BIN)/magnetar demo

test: .venv/.dev .venv/.static .venv/.warm .venv/.font ## 安装并测试 · Set everything up and run the tests
	@$(BIN)/python -m pytest -m "not slow" -n $(WORKERS) --maxprocesses 8 --dist loadfile $(PYTEST_ARGS)

bench: .venv/.dev .venv/.warm .venv/.font ## 打印各项指标 · Print every measured figure beside its baseline
	@failed=; missed=; for script in benchmarks/[a-z]*.py; do \
	  [ -e "$$script" ] || { echo "benchmarks/ holds no script yet"; break; }; \
	  echo "== $$script"; $(BIN)/python "$$script"; code=$$?; \
	  [ $$code -le 1 ] || failed="$$failed $$script"; [ $$code -ne 1 ] || missed="$$missed $$script"; \
	done; [ -z "$$missed" ] || echo "a goal is not met in:$$missed"; \
	[ -z "$$failed" ] || { echo "did not run:$$failed" >&2; exit 1; }

check: .venv/.dev ## 检查风格、类型与分层 · Check style, types, the ladder and the generated pages
	@failed=; \
	step() { name="$$1"; shift; echo "== $$name"; "$$@" || failed="$$failed $$name"; }; \
	step ruff         $(BIN)/ruff check --quiet .; \
	step format       $(BIN)/ruff format --check --quiet .; \
	step pyright      $(BIN)/pyright --pythonpath $(BIN)/python; \
	step lint-imports $(BIN)/lint-imports --no-logo; \
	step glossary     $(BIN)/python docs/make_glossary.py --check; \
	step systems      $(BIN)/python docs/make_systems_table.py --check; \
	[ -z "$$failed" ] || { echo "not met:$$failed" >&2; exit 1; }

format: .venv/.dev ## 整理代码 · Format the code and fix what can be fixed
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

glossary: .venv/.dev ## 生成词汇表 · Write docs/glossary.md again
	@$(BIN)/python docs/make_glossary.py

systems: .venv/.dev ## 生成系统计数 · Write the counts of docs/systems.md into the README
	@$(BIN)/python docs/make_systems_table.py

extras: .venv/.dev ## 安装全部附加组件 · Install every extra
	@names=$$($(BIN)/python -c 'import tomllib; print(",".join(tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]))'); \
	  echo "installing magnetar[$$names]"; $(PIP) install -c constraints.txt -e ".[$$names]"

static: .venv/.static ## 取来网页脚本 · Fetch htmx and ECharts from npm for the console

setup: .venv/.dev .venv/.font .venv/.static ## 只安装 · Set up for development and stop there

screenshots: .venv/.dev .venv/.static ## 截图 · Take docs/screenshots/ again from the running product
	@$(BIN)/python docs/make_screenshots.py

clean: ## 删除生成物 · Remove what was made (.venv, caches)
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- set-up: each step runs again only when what it depends on changed ----

.venv/.made:
	@python=; \
	suits() { "$$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= ('"$$2"'))' >/dev/null 2>&1; }; \
	for newest in "3, 13" "3, 99"; do \
	  for candidate in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11 python3.14 python); do \
	    if [ -z "$$python" ] && suits "$$candidate" "$$newest"; then python="$$candidate"; fi; \
	  done; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Magnetar needs Python 3.11 or later with its venv module; found none$(if $(PYTHON), at $(PYTHON), as python3 or python3.11 to python3.14)." >&2; \
	  echo "Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python) or name it: make PYTHON=/path/to/python3.12 $(or $(MAKECMDGOALS),setup)" >&2; \
	  exit 2; \
	fi; \
	echo "making .venv with $$("$$python" -V)"; \
	"$$python" -m venv .venv && touch $@

.venv/.run: .venv/.made pyproject.toml constraints.txt
	@echo "installing Magnetar (a minute or two the first time)"
	@$(PIP) install -c constraints.txt -e .
	@touch $@

.venv/.dev: .venv/.made pyproject.toml constraints.txt
	@echo "installing Magnetar and its development tools (a minute or two the first time)"
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch .venv/.run $@

.venv/.warm: $(SOURCES) | .venv/.made
	@[ -x $(BIN)/magnetar ] || $(MAKE) --no-print-directory .venv/.run
	@if grep -q '"warm"' src/magnetar/cli/main.py; then \
	  echo "compiling kernels (cached for next time)"; $(BIN)/magnetar warm; fi
	@touch $@

# The console works without these: tables stand in for charts, whole pages for parts.
VENDOR := src/magnetar/web/static/vendor
.venv/.static: package.json package-lock.json | .venv/.made
	@if ! command -v npm >/dev/null 2>&1; then \
	  echo "notice: no npm here, so the console shows tables instead of charts; install Node.js and run: make static" >&2; \
	elif npm ci --no-audit --no-fund --loglevel=error >&2; then \
	  mkdir -p $(VENDOR) && cp node_modules/htmx.org/dist/htmx.min.js node_modules/echarts/dist/echarts.common.min.js $(VENDOR)/ && \
	  cp node_modules/echarts/LICENSE $(VENDOR)/echarts.LICENSE && cp node_modules/echarts/NOTICE $(VENDOR)/echarts.NOTICE && \
	  cp node_modules/htmx.org/LICENSE $(VENDOR)/htmx.LICENSE && touch $@; \
	else \
	  echo "notice: npm could not fetch the console's scripts; it shows tables instead of charts. Try again: make static" >&2; \
	fi

# Films need a font with Chinese characters; without one they end with the install command, all else works.
FONT := src/magnetar/capabilities/creative/fetch_font.py
.venv/.font: $(FONT) | .venv/.made
	@[ -x $(BIN)/magnetar ] || $(MAKE) --no-print-directory .venv/.run
	@if $(BIN)/python -m magnetar.capabilities.creative.fetch_font; then touch $@; \
	else echo "notice: no film font could be fetched; films need one: apt install fonts-noto-cjk, or try again: make setup" >&2; fi
