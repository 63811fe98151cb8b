# What can be done here; `make` alone lists it. Everything sets up what it needs by itself.
# Choose the Python with `make PYTHON=python3.13 run`; 3.11 is the oldest that works.

PYTHON ?= python3
CONFIG ?= config/sim.toml
ARCH ?= $(shell dpkg --print-architecture)
BOXD := .venv/bin/boxd
BOOTH_ARCH := $(or $(ARCH),amd64)
SET_UP := PYTHON="$(PYTHON)" scripts/set-up

.DEFAULT_GOAL := help
.PHONY: help run fleet test proofs check format bench temporal firmware words screenshots operators-page man-page lock booth booth-tests power-cuts machine-cuts lock-ages apt-repo release deb install uninstall anew

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/set-up-for-run ## the whole box in simulation, its screens open to a browser
	@$(BOXD) run --config $(CONFIG)

fleet: .venv/set-up-for-run ## a hub and three boxes in simulation, their screens open to a browser
	@.venv/bin/python -m boxd.sim.fleet var/fleet

# Else each worker would compile all tests again where the shell lets Python keep nothing compiled.
test proofs: export PYTHONDONTWRITEBYTECODE :=

test: .venv/set-up-for-test ## all tests but the proofs, on every core; PROOFS=short: with the short ones
	@$(if $(PROOFS),scripts/debian-packages proofs)
	@scripts/run-tests -n auto $(if $(PROOFS),-m "not long")

proofs: .venv/set-up-for-test ## whole machines: containers, cuts, upgrades; SHORT=1: in five minutes; takes root
	@scripts/debian-packages proofs
	@$(if $(SHORT),scripts/run-tests -n auto -m "proof and not long",.venv/bin/python -m pytest -m proof)

check: .venv/set-up-for-test ## formatting, lint and types
	@.venv/bin/ruff format --check --quiet . || { echo "Run 'make format'."; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy

format: .venv/set-up-for-test ## put the code into its format
	@.venv/bin/ruff check --quiet --fix-only .
	@.venv/bin/ruff format .

bench: .venv/set-up-for-test ## the figures of docs/benchmarks.md, measured here; or ONLY=latencies
	@.venv/bin/python -m bench $(addprefix --only ,$(ONLY))

booth: .venv/set-up-for-test ## a booth in a virtual machine, all scenarios or SCENARIO=unplug; takes root
	@ARCH=$(BOOTH_ARCH) scripts/debian-packages booth
	@$(MAKE) --no-print-directory deb ARCH=$(BOOTH_ARCH)
	@$(MAKE) --no-print-directory -C booth play ARCH=$(BOOTH_ARCH)

booth-tests: .venv/set-up-for-test ## boxd on real device nodes, in a virtual machine; takes root
	@scripts/debian-packages booth
	@$(MAKE) --no-print-directory -C booth tests

power-cuts: .venv/set-up-for-test ## 100 power cuts, or COUNT=20 SEED=5 DISK=reordering; takes root
	@scripts/debian-packages booth
	@.venv/bin/python -m booth.power --count $(or $(COUNT),100) --seed $(or $(SEED),1) \
		$(if $(filter reordering,$(DISK)),--reordering)

machine-cuts: .venv/set-up-for-test ## 10 power cuts of the whole virtual machine, or COUNT=3 SEED=5; takes root
	@scripts/debian-packages booth
	@$(MAKE) --no-print-directory deb
	@$(MAKE) --no-print-directory -C booth image
	@.venv/bin/python -m booth.power.machines --count $(or $(COUNT),10) --seed $(or $(SEED),1)

temporal: .venv/set-up-for-run ## the Temporal server alone
	@$(BOXD) temporal-server --config $(CONFIG)

firmware: ## the Arduinos' firmware, in build/firmware; BOARD_ID=3 puts an id into it
	@scripts/debian-packages firmware
	@$(MAKE) --no-print-directory -C firmware
	@ls -1 build/firmware/*.hex

install: ## on a Pi or another Debian, as root: the box, started by systemd
	@install/install

uninstall: ## the opposite; PURGE=1 removes configuration and data as well
	@PURGE="$(PURGE)" install/uninstall

deb: firmware ## the Debian package, in dist; ARCH=arm64 for a Pi
	@PYTHON=python3 scripts/debian-packages deb
	@install/deb "$(ARCH)"

image: deb ## a card to flash, in dist; ARCH=arm64 for a Pi 4, SCREEN=no without the box's own screen; takes root
	@scripts/debian-packages image
	@card/make "$(ARCH)"

words: .venv/set-up-for-test ## the catalogue of all texts for people, written anew from the source
	@.venv/bin/python scripts/words

screenshots: .venv/set-up-for-test ## the pictures in docs/images, taken anew
	@scripts/debian-packages screenshots
	@scripts/screenshots

operators-page: .venv/set-up-for-test ## docs/operators.pdf, for the booth's wall
	@.venv/bin/python -m tests.browser.print_page docs/operators.md

apt-repo: ## an apt repository of the packages in dist, in dist/apt, signed with KEY=ID of yours
	@scripts/debian-packages apt-repo
	@scripts/apt-repository dist/apt "$(KEY)"

release: ## walk the checklist of a release; FROM=step goes on there, KEY=ID signs
	@FROM="$(FROM)" KEY="$(KEY)" scripts/release

lock-ages: .venv/set-up-for-test ## which locked packages have newer versions, and since when ours are chosen
	@.venv/bin/python scripts/lock_ages.py

man-page: .venv/set-up-for-test ## docs/boxd.1, from the commands themselves
	@.venv/bin/python -m boxd.cli.man_page >docs/boxd.1

lock: ## choose new versions of everything boxd needs, and their hashes
	@PYTHON="$(PYTHON)" scripts/lock

# A clone that was moved, copied or renamed would go on running the original's code.
ifeq ($(shell grep -sF "$(CURDIR)/.venv/bin/" .venv/bin/pip),)
.venv/set-up-for-run .venv/set-up-for-test: anew
endif
anew: ;

.venv/set-up-for-run: requirements.lock pyproject.toml scripts/set-up scripts/debian-packages
	@$(SET_UP) run

.venv/set-up-for-test: requirements-dev.lock requirements-axe.lock pyproject.toml scripts/set-up scripts/debian-packages
	@$(SET_UP) test
