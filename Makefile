# The front door. Every target installs what it misses (Debian packages; npm for the page), then builds.
#   make run    the demo: proxy, phones A, B, C and the web page
#   make test   every test, on a build with address and undefined-behaviour sanitizers
#   make build  build/release/offhook; make release the same, optimised by a training run (takes longer)
#   make bench  measurements, beside a peer where it is installed; make bench-media those of media
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
JOBS ?= $(shell nproc)
# A core has four slots for tests (cmake/OffhookTests.cmake).
TEST_SLOTS ?= $(shell expr 4 \* $(JOBS))
WERROR ?= $(if $(CI),ON,OFF)
# make fuzz SECONDS=10; SECONDS_EACH is the same.
FUZZ_SECONDS ?= $(or $(SECONDS),$(SECONDS_EACH),60)
export CCACHE_SLOPPINESS = pch_defines,time_macros
# A clone in another folder finds what this one compiled. For tests only: the folder in debug information may be the other's.
export CCACHE_BASEDIR = $(CURDIR)
test: export CCACHE_NOHASHDIR = 1

.PHONY: help run build release test check fuzz bench bench-media kills tidy tsan coverage format web clean
help:
	@sed -n '2,6s/^# *//p' Makefile; echo "also: check (format, bans, sizes) · fuzz · kills · tidy · tsan · coverage · format · web · clean"

setup-%:
	@tools/setup $*

# The page is built once and linked into the binary; web/dist is remade when its sources change.
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)
web: web/dist/index.html
web/dist/index.html: $(WEB_SOURCES) | setup-web
	cd web && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build

build: setup-build web
	cmake --preset release -DOFFHOOK_WERROR=$(WERROR) > /dev/null
	cmake --build --preset release -j $(JOBS)
	@mkdir -p build/release && ln -sf apps/offhook/offhook build/release/offhook

# For production: the proxy's engine optimised by a profile (cmake/OffhookProfile.cmake). `make build` keeps to it afterwards.
release: setup-build web
	cmake --preset release -DOFFHOOK_WERROR=$(WERROR) -DOFFHOOK_PROFILE=ON > /dev/null
	cmake --build --preset release -j $(JOBS)
	@mkdir -p build/release && ln -sf apps/offhook/offhook build/release/offhook

run: build
	build/release/offhook demo $(ARGS)

test: setup-build setup-test web check
	cmake --preset asan -DOFFHOOK_WERROR=$(WERROR) > /dev/null
	cmake --build --preset asan -j $(JOBS)
	ctest --preset asan -j $(TEST_SLOTS) $(ARGS)

check:
	tools/check

fuzz: setup-build setup-test setup-fuzz web
	cmake --preset fuzz > /dev/null
	cmake --build --preset fuzz -j $(JOBS) --target fuzzers
	tools/fuzz build/fuzz $(FUZZ_SECONDS)

bench: setup-build setup-bench web
	cmake --preset bench > /dev/null
	cmake --build --preset bench -j $(JOBS)
	bench/run build/bench $(ARGS)

bench-media: setup-build setup-bench web
	cmake --preset bench > /dev/null
	cmake --build --preset bench -j $(JOBS) --target media_engine_bench media_mixer_bench media_load media_jitter_bench offhook
	bench/media_bench.py build/bench $(ARGS)

# The proxy is killed at KILLS random moments under load, with one shard and with two: what it has acknowledged,
# registrations and ends of calls, is there afterwards.
KILLS ?= 1000
kills: build setup-test
	@export OFFHOOK=$(CURDIR)/build/release/offhook OFFHOOK_KILLS=$(KILLS); \
	for test in durability.py\ Durability durability.py\ ShardsDurability call_records.py\ CallRecords call_records.py\ ShardsCallRecords; do \
	  tools/in-namespace python3 tests/interop/$$test.test_killed_at_random_moments_under_load; \
	done

tidy: setup-build setup-test setup-lint web
	cmake --preset tidy > /dev/null
	cmake --build --preset tidy -j $(JOBS)

tsan: setup-build setup-test web
	cmake --preset tsan > /dev/null
	cmake --build --preset tsan -j $(JOBS)
	ctest --preset tsan -j $(TEST_SLOTS) $(ARGS)

coverage: setup-build setup-test setup-lint web
	cmake --preset coverage > /dev/null
	cmake --build --preset coverage -j $(JOBS)
	cd build/coverage && ctest -j $(TEST_SLOTS) -L unit && gcovr -r ../.. --filter '../../src/' --exclude '.*/test/.*' --txt --print-summary

format: setup-test
	git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 -i

clean:
	rm -rf build web/dist
