# make serve   set up, build the data, serve the portal       make test    set up, run all tests
# make build   data/ → baltic.db                              make check   format, lint, types, licences
# make bench   measure, beside stock Datasette                make lock    renew the pinned requirements
# make messages   bring new texts into locales/

PORT ?= 8001
PYTHON ?= python3
PY := .venv/bin/python

# Files whose change asks for a new database.
INPUTS := $(shell find data build -type f -not -name '*.pyc' -not -path '*/.*')

.PHONY: serve test build bench check lock messages browser clean
.DELETE_ON_ERROR:

serve: baltic.db
	$(PY) -m portal --port $(PORT)

build: .venv/run
	$(PY) -m build build

# Exit code 1 says that some rows were left out and reported; the others are published.
baltic.db: .venv/run $(INPUTS)
	$(PY) -m build build || test $$? -eq 1

test: .venv/dev browser
	$(PY) -m pytest

bench: .venv/dev
	$(PY) -m benchmarks $(if $(TRUTH),--truth $(TRUTH))

# Texts of the pages and of the schema → locales/*/LC_MESSAGES/portal.po, to be translated there.
messages: .venv/run
	$(PY) -m build.assets.messages

check: .venv/dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	@# text-unidecode may be had under the Artistic Licence too.
	.venv/bin/pip-licenses --partial-match --fail-on "GNU General Public;Affero" \
		--ignore-packages text-unidecode > /dev/null

.venv/run: requirements/run.txt pyproject.toml | .venv/bin/pip
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements/dev.txt .venv/run
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; say make PYTHON=python3.12 (or the one you have)."; exit 2; }
	$(PYTHON) -m venv .venv

# The browser tests drive a real Chromium: the one that is there, else Debian's where we may install.
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable microsoft-edge; do \
		command -v $$name > /dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core > /dev/null; \
	else echo "No Chromium found: the browser tests will be skipped."; fi

lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate pyproject.toml --group setup -o requirements/run.txt
	grep '==' requirements/run.txt | sed 's/ \\$$//' > .cache/constraints.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate pyproject.toml --group dev -c .cache/constraints.txt \
		-o requirements/dev.txt

clean:
	rm -rf .venv .cache versions baltic.db
