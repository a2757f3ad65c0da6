# make run: the page with the sample estate · make test: everything · see README.md
VENV := .venv
PY := $(VENV)/bin/python
SAMPLE_STORE ?= .headwater-sample
PORT ?= 8501
# compiled modules and rewritten tests are kept, also where the environment says otherwise: it is half of a test run's start
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup run dashboard test check browser laws bench screenshots docs clean

$(VENV)/.ready: requirements.txt requirements-dev.txt
	@test -x $(PY) || python3 -m venv $(VENV)
	@echo "Installing what Headwater needs into $(VENV) …"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.ready

run: setup ## the sample estate, collected over HTTP, in the browser (exit 3: one call is denied there on purpose)
	HEADWATER_STORE=$(SAMPLE_STORE) $(PY) -m collectors.sample --exec sh -c \
	  '{ $(PY) -m collectors --yes || test $$? -eq 3; } && exec $(PY) -m streamlit run streamlit_app.py --server.port $(PORT)'

dashboard: setup ## the page on your own store (HEADWATER_STORE, else .headwater)
	$(PY) -m streamlit run streamlit_app.py --server.port $(PORT)

# types are checked beside the tests: from nothing that takes 20 s of one core, from its cache half a second
check: setup ## lint, types, contracts and all tests but the browser's
	$(VENV)/bin/ruff check --quiet .
	$(VENV)/bin/ruff format --check --quiet .
	$(VENV)/bin/lint-imports --no-cache
	@mkdir -p .mypy_cache; $(VENV)/bin/mypy >.mypy_cache/said 2>&1 & types=$$!; \
	 $(VENV)/bin/pytest -m "not browser" --ignore tests/browser -n 3 --dist loadfile; tests=$$?; \
	 wait $$types; typed=$$?; echo "types:"; cat .mypy_cache/said; test $$tests -eq 0 -a $$typed -eq 0

browser: setup
	$(VENV)/bin/pytest -m browser -n 2 --dist loadfile

test: check browser

laws: setup ## the property tests with twenty times as many examples, drawn anew
	LAWS=20 $(VENV)/bin/pytest tests/flow $(addprefix tests/collectors/,test_athena_sql.py test_insights.py test_merging.py test_put_events.py) -n 2

bench: setup
	$(PY) -m tests.bench

screenshots: setup
	$(PY) -m tests.browser.screenshots

docs: setup ## regenerate docs/data.md from the records
	$(PY) -m collectors.data_dictionary > docs/data.md
