# Two commands do it all: `make demo` and `make test`. Each makes the environment it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 3978
DATA   ?= demo-data

# Tests start some hundred processes: what Python has compiled is kept for the next one, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test quick lint types check bench soak nightly web wheel sbom lock clean

demo: $(VENV)/service web
	$(BIN)/carnet demo --port $(PORT) --data $(DATA)

# Browsers keep two processors busy with two workers; the others wait for processes, disks and clocks, so three find
# room. `make test TEST="..."` runs what it names in one go. Files in the order of their folders: the longest begin first.
PYTEST := $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder
test: $(VENV)/dev web
ifdef TEST
	$(PYTEST) --numprocesses 2 $(TEST)
else
	$(PYTEST) --numprocesses 2 tests/e2e; pages=$$?; $(PYTEST) --numprocesses 3 --ignore tests/e2e && exit $$pages
endif

# The inner loop: what reads code and words, and the quickest proofs of commands and lists, on SQLite alone.
QUICK := tests/unit $(addprefix tests/integration/test_,companies.py contacts.py commands_companies.py commands_lists.py \
  commands_sentences.py teams_desk.py)
quick: $(VENV)/dev web
	$(MAKE) --jobs 2 --output-sync=target lint types
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal -k "not postgres" $(QUICK)

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

types: $(VENV)/dev
	$(BIN)/mypy

check: lint types test

# `make bench BENCH="turns lists"` measures some, `BENCH=--short` only shows that all of them work. The bots that are
# measured beside ours come into the same environment: they add four packages and change none.
bench: $(VENV)/bench web
	$(BIN)/python -m tests.bench $(BENCH)

soak: $(VENV)/dev
	$(BIN)/python -m tests.soak $(SOAK)

# What takes too long for every change: each figure beside its floor or peer, and ten minutes of everything going wrong.
nightly: bench soak
	FILTER_EXAMPLES=10000 $(BIN)/python -m pytest tests/integration/test_filters_property.py
	INPUT_EXAMPLES=20000 $(BIN)/python -m pytest tests/integration/test_generated_inputs.py -k sqlite

# The wheel is installed and run from an empty folder by every Python that is at hand.
wheel: $(VENV)/dev web
	$(BIN)/python -m tests.wheel

# What is shipped, with its versions and licences: CycloneDX for programs, a table for people.
sbom: $(VENV)/service web
	$(BIN)/python -m bot.cli.sbom > sbom.json

web: $(VENV)/service
	$(BIN)/python -m bot.web.build

# The environment is made anew only when what it is made from has changed.
$(VENV)/service: requirements/service.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/service.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/dev: $(VENV)/service requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

$(VENV)/bench: $(VENV)/dev requirements/bench.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	touch $@

lock:
	$(BIN)/pip install --quiet pip-tools
	for group in dev bench; do $(BIN)/python -c "import tomllib; print('-c service.txt', *tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['$$group'], sep='\n')" > requirements/$$group.in; done
	$(BIN)/pip-compile --quiet $(LOCK) --output-file requirements/service.txt pyproject.toml
	$(BIN)/pip-compile --quiet $(LOCK) --output-file requirements/dev.txt requirements/dev.in
	$(BIN)/pip-compile --quiet $(LOCK) --output-file requirements/bench.txt requirements/bench.in
LOCK := --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --strip-extras --allow-unsafe

clean:
	rm -rf $(VENV) $(DATA) .bench bot/web/dist bot/web/node_modules build dist pictures
