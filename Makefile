# The front door. Meson does the work; this file only knows what to install and what to call.
.POSIX:
BUILD = build
CHECK = build-check
BENCH = build-bench

help:
	@echo "make run       a simulated street of cameras, scanned: table and report.html"
	@echo "make check     installs what the tests need, builds with sanitizers, runs every test"
	@echo "make build     build/lenscap and build/lenscap-sim"
	@echo "make install   into /usr/local (DESTDIR and prefix as usual)"
	@echo "make bench     speed beside nmap on the same work; figures for docs/benchmarks.md"
	@echo "make bench-sweep    probes a second beside zmap and masscan"
	@echo "make bench-flaws    a million devices against all published flaws"
	@echo "make bench-country  16.7 million addresses, 800,000 cameras (SCALE=0.1 for a tenth)"
	@echo "make fault     kill -9 at 100 random moments, failing disks"
	@echo "make fuzz      every parser for 60 seconds (SECONDS_EACH=60)"
	@echo "make coverage  branch coverage of src/proto and src/scope"
	@echo "make clean"

build: need-build
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) -Dtests=false --buildtype=release
	@ninja -C $(BUILD)

run: build
	@sh tools/run-street.sh $(BUILD)

check: need-check need-xdp
	@sh tools/check.sh $(CHECK)

install: build
	@meson install -C $(BUILD)

bench: need-check build
	@sh tests/bench/bench.sh $(BUILD)

bench-sweep: need-bench need-xdp
	@test -f $(BENCH)/build.ninja || meson setup $(BENCH) --buildtype=release -Dxdp=auto
	@ninja -C $(BENCH) lenscap lenscap-sim tests/unit/discover/bench_sweep_dry
	@python3 tests/bench/bench_sweep.py $(BENCH)

bench-flaws: need-check
	@test -f $(BENCH)/build.ninja || meson setup $(BENCH) --buildtype=release
	@ninja -C $(BENCH) tests/unit/assess/bench_flaws
	@$(BENCH)/tests/unit/assess/bench_flaws

bench-country: need-check build
	@python3 tests/bench/bench_country.py $(BUILD) --scale $${SCALE:-1.0}

fault: need-check build
	@sh tests/fault/fault.sh $(BUILD)

fuzz: need-check
	@sh tests/fuzz/run.sh $${SECONDS_EACH:-60}

coverage: need-check
	@sh tools/coverage.sh

need-build:
	@sh tools/need.sh gcc libc6-dev meson ninja-build pkg-config python3 python3-yaml libssl-dev \
	    libsqlite3-dev libexpat1-dev libjansson-dev libyaml-dev libseccomp-dev libcap-ng-dev iproute2 libzxcvbn-dev

need-check: need-build
	@sh tools/need.sh clang clang-format clang-tidy llvm libcmocka-dev mandoc nmap tcpdump nftables \
	    curl openssl git gcovr nginx-light openssh-server vsftpd inetutils-telnetd \
	    libgstrtspserver-1.0-dev gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
	    vlc-bin vlc-plugin-base libclang-rt-14-dev avahi-daemon miniupnpd miniupnpd-nftables wsdd2 snmpd

# Of the optional engine xdp: where they cannot be had, it is neither tested nor measured.
need-xdp:
	-@sh tools/need.sh clang libbpf-dev

need-bench: need-check
	@sh tools/need.sh zmap masscan

clean:
	rm -rf $(BUILD) build-*

.PHONY: help build run check install bench bench-sweep bench-flaws bench-country need-bench need-xdp fault fuzz coverage \
    need-build need-check clean
