# SPDX-License-Identifier: BSD-2-Clause
# The whole build, flat. "make demo" and "make check" are what the README promises.
#   all        build/pind build/pinctl build/pin-courier build/pam_inpspin.so
#   demo       the main job, and a pratica, on a private pind, as a transcript
#   check      every test, sanitized; ends with "N passed, N failed"
#   check-system  those on booted machines, as root; FAST=1: some of them
#   fuzz T=60  libFuzzer, T seconds a target        lint  analysers, layers, sizes, man pages
#   bench      pind beside its peers, one table; bench-report writes it to docs/performance.md
#   check-timing N=10000  does the time of an answer tell who has a PIN? N samples a class
#   man        the manual, from docs/: build/man     install    DESTDIR= PREFIX=/usr; uninstall
#   deb        the Debian packages: build/deb/*.deb
# With V=1 it shows the commands of compiler and linker, else a word for each.
.DELETE_ON_ERROR:
.SECONDEXPANSION:
.PHONY: all demo check check-system ready-system tests fuzz fuzz-build lint layers install uninstall man clean bench bench-report check-timing deb

B       ?= build
ifeq ($(origin CC),default)
CC      := gcc
endif
PREFIX  ?= /usr
VERSION := 0.1
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)

# ---- flags: what the compiler lacks is left out --------------------------------------------
try = $(shell printf 'int main(void){return 0;}\n' | $(CC) -Werror $(1) -x c - -o /dev/null 2>/dev/null && printf '%s' '$(1)')
WARN := -Wall -Wextra -Wshadow -Wconversion -Wcast-qual -Wstrict-prototypes -Wmissing-prototypes \
        -Wformat=2 -Wpointer-arith -Wundef -Wvla -Wimplicit-fallthrough -Wnull-dereference \
        -Wwrite-strings -Werror
ifndef HARDEN
HARDEN := -fstack-protector-strong $(foreach f,-fstack-clash-protection -fcf-protection=full \
        -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr -fno-delete-null-pointer-checks \
        -fno-strict-overflow,$(call try,$(f)))
export HARDEN
endif
OPT     ?= -O2 -g
STD     := -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -fno-common -fvisibility=hidden
INC     := -Iinclude
SAN     ?= -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
REL_CFLAGS = $(OPT) -D_FORTIFY_SOURCE=3 $(STD) $(WARN) $(HARDEN) $(INC) -MMD -MP $(CFLAGS)
SAN_CFLAGS = -O1 -g $(STD) $(WARN) $(SAN) $(INC) -MMD -MP $(CFLAGS)
LINK    := -Wl,-z,relro,-z,now,-z,noexecstack

# ---- what is made of what -------------------------------------------------------------------
COMMON  := codec wire verdict person client cf symbols contact
MODULE_SRC := $(COMMON:%=common/%.c) $(addprefix pam_inpspin/,pam_inpspin.c call.c opts.c talk.c day.c \
        ask.c login.c renewal.c grant.c env.c)
CORE_SRC := common/codec.c common/wire.c common/verdict.c common/person.c common/cf.c \
        common/symbols.c common/contact.c common/number.c common/plain.c common/argon.c \
        $(addprefix pind/,penalty.c pin.c calendar.c keys.c hash.c store.c store_lmdb.c store_lmdb_files.c store_lmdb_row.c store_mem.c \
        record.c account.c users.c \
        conf.c conf_read.c conf_services.c event.c recent.c source.c arena.c stats.c spray.c ticket.c prove.c renew.c serve.c verbs.c login.c clerk.c \
        pratica.c seal.c dossier.c audit.c act.c outbox.c papers.c matter.c errand.c clerk_request.c clerk_pratica.c clerk_delegation.c clerk_registry.c \
        clerk_audit.c clerk_change.c clerk_recover.c clerk_remind.c clerk_stats.c recovery.c reminder.c clerk_convert.c self.c cf_life.c couriers.c)
PIND_SRC := $(CORE_SRC) pind/rota.c pind/lane.c pind/pool.c pind/route.c pind/slots.c pind/conn.c pind/sandbox.c pind/cgroup.c pind/listen.c pind/main.c
PINCTL_SRC := $(COMMON:%=common/%.c) common/number.c common/argon.c common/token.c $(wildcard pinctl/*.c)
COURIER_SRC := $(addprefix common/,codec.c wire.c verdict.c client.c symbols.c contact.c argon.c token.c plain.c) \
        $(filter-out courier/pin_sendmail.c,$(wildcard courier/*.c))
PIND_LIBS := -lm -llmdb -lsodium -lsystemd -linih -lseccomp -lpthread
PINCTL_LIBS := -lsodium -lsmartcols -ljansson -lpthread
COURIER_LIBS := -lsodium -linih -lhpdf

say = $(if $(V),,@echo '$(1) $(@:$(B)/%=%)';)
obj = $(patsubst %.c,$(B)/$(1)/%.o,$(2))

all: $(B)/pind $(B)/pinctl $(B)/pin-courier $(B)/pin-sendmail $(B)/pam_inpspin.so

$(B)/pind: $(call obj,rel,$(PIND_SRC))
	$(call say,LD)$(CC) $(OPT) -pie $(LINK) -Wl,-z,nodlopen -o $@ $^ $(PIND_LIBS)
$(B)/pinctl: $(call obj,rel,$(PINCTL_SRC))
	$(call say,LD)$(CC) $(OPT) -pie $(LINK) -o $@ $^ $(PINCTL_LIBS)
$(B)/pin-courier: $(call obj,rel,$(COURIER_SRC))
	$(call say,LD)$(CC) $(OPT) -pie $(LINK) -o $@ $^ $(COURIER_LIBS)
$(B)/pin-sendmail: $(call obj,rel,courier/pin_sendmail.c)
	$(call say,LD)$(CC) $(OPT) -pie $(LINK) -o $@ $^
$(B)/pam_inpspin.so: $(call obj,pic,$(MODULE_SRC)) pam_inpspin/pam_inpspin.map
	$(call say,LD)$(CC) $(OPT) -shared $(LINK) -Wl,--no-undefined,--no-undefined-version,--fatal-warnings \
	  -Wl,--version-script=pam_inpspin/pam_inpspin.map -o $@ $(filter %.o,$^) -lpam
$(B)/san/pind: $(call obj,san-obj,$(PIND_SRC))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(SAN) -o $@ $^ $(PIND_LIBS)
$(B)/san/pinctl: $(call obj,san-obj,$(PINCTL_SRC))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(SAN) -o $@ $^ $(PINCTL_LIBS)
$(B)/san/pin-courier: $(call obj,san-obj,$(COURIER_SRC))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(SAN) -o $@ $^ $(COURIER_LIBS)
$(B)/san/pam_inpspin.so: $(call obj,san-obj,$(MODULE_SRC)) pam_inpspin/pam_inpspin.map
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(SAN) -shared -Wl,--version-script=pam_inpspin/pam_inpspin.map -o $@ $(filter %.o,$^) -lpam

.PRECIOUS: $(B)/rel/%.o $(B)/pic/%.o $(B)/san-obj/%.o
$(B)/rel/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(REL_CFLAGS) -fPIE -c -o $@ $<
$(B)/pic/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(REL_CFLAGS) -fPIC -fstack-usage -c -o $@ $<
$(B)/san-obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(SAN_CFLAGS) -fPIC -Ipind -c -o $@ $<

# ---- the web page of docs/services/web.md ------------------------------------------------------
include docs/services/apache/web.mk

# ---- tests: SRC_<name> lists the files that tests/*/<name>.c is linked with -------------------
include tests/tests.mk

$(B)/san/tests/%: $(B)/san-obj/tests/%.o $$(call obj,san-obj,$$(SRC_$$(notdir $$*)))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(SAN) -o $@ $^ $(LIBS_$(notdir $*)) -lcmocka

# A second make builds: the first looked at the compiler before its library was there.
demo:
	@scripts/need demo
	@env -u HARDEN $(MAKE) --no-print-directory all
	scripts/demo
check:
	@scripts/need check
	@env -u HARDEN $(MAKE) --no-print-directory all tests
	@env -u HARDEN $(MAKE) --no-print-directory CC=clang B=$(B)/clang all
	@test "$$(id -u)" -ne 0 || $(MAKE) --no-print-directory ready-system
	tests/run

# ---- check-system: what boots machines. Root; FAST=1: three minutes of it. Part of check ---------
ready-system:
	@env -u HARDEN $(MAKE) --no-print-directory deb
	tests/services/prepare
check-system:
	@scripts/need check
	@env -u HARDEN $(MAKE) --no-print-directory all ready-system
	tests/run $(if $(FAST),$(addprefix services/test_,pages pamtester sshd sudo passwd cron),system packages services)

# ---- fuzz: every tests/fuzz/fuzz_*.c, with all of pind, under clang's libFuzzer -----------------
FUZZ_CC ?= clang
FUZZ_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_CFLAGS = -O1 -g $(STD) $(WARN) $(FUZZ_SAN) -fsanitize=fuzzer-no-link $(INC) -Ipind -MMD -MP $(CFLAGS)
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SRC_fuzz_serve := $(addprefix tests/fuzz/,world.c citizens.c model.c)
FUZZ_SRC_fuzz_csv := pinctl/csv.c pinctl/registry_line.c
T ?= 60

$(B)/fuzz-obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(FUZZ_CC) $(FUZZ_CFLAGS) -c -o $@ $<
$(B)/fuzz/core.a: $(call obj,fuzz-obj,$(CORE_SRC))
	@mkdir -p $(@D)
	$(RM) $@
	$(call say,AR)ar rcs $@ $^
$(FUZZ): $(B)/fuzz/%: $(B)/fuzz-obj/tests/fuzz/%.o $$(call obj,fuzz-obj,$$(FUZZ_SRC_$$*)) $(B)/fuzz/core.a
	$(call say,LD)$(FUZZ_CC) $(FUZZ_SAN) -fsanitize=fuzzer -o $@ $^ -lm -llmdb -lsodium -lsystemd -linih -lpthread
$(B)/fuzz/wire.dict: include/wire.def tests/fuzz/dict.awk
	@mkdir -p $(@D)
	awk -f tests/fuzz/dict.awk $< >$@
fuzz-build: $(FUZZ) $(B)/fuzz/wire.dict
fuzz: fuzz-build
	@for f in $(FUZZ); do \
	  echo "== $${f##*/}, $(T) s"; \
	  mkdir -p "$(B)/fuzz/corpus-$${f##*/}" "tests/fuzz/corpus/$${f##*/}"; \
	  $$f -max_total_time=$(T) -rss_limit_mb=4096 -timeout=20 -print_final_stats=1 \
	    -artifact_prefix=$(B)/fuzz/ -dict=$(B)/fuzz/wire.dict \
	    "$(B)/fuzz/corpus-$${f##*/}" "tests/fuzz/corpus/$${f##*/}" || exit 1; \
	done
tests: fuzz-build

# ---- lint: what reads the sources without running them -------------------------------------------
lint: man
	B=$(B) scripts/lint
layers:
	scripts/layers

# ---- manual pages: docs/tables.c puts in the tables, from the .def files ------------------------
MAN := pam_inpspin.8 pind.8 pind.conf.5 pinctl.1 pind-protocol.7 pin-courier.8
man: $(MAN:%=$(B)/man/%)
$(B)/docs/tables: INC += -Ipind -Ipam_inpspin -Idocs
$(B)/docs/tables: $(call obj,rel,docs/tables.c docs/tables_wire.c pind/pin.c pind/penalty.c common/verdict.c common/cf.c)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(OPT) -pie $(LINK) -o $@ $^
$(B)/docs/%.scd: docs/%.scd.in $(B)/docs/tables
	$(B)/docs/tables <$< >$@
$(B)/docs/%.roff: $(B)/docs/%.scd
	scdoc <$< >$@
$(B)/man/%: $(B)/docs/%.roff docs/tidy.awk
	@mkdir -p $(@D)
	awk -f docs/tidy.awk $< >$@

# ---- bench: measured, never asserted ------------------------------------------------------------
BENCH := load floor pamload
BENCH_SRC_load := $(addprefix tests/bench/,load.c ask.c peers.c people.c) $(addprefix common/,client.c \
        codec.c wire.c cf.c argon.c symbols.c verdict.c)
BENCH_SRC_floor := tests/bench/floor.c pind/arena.c pind/store.c pind/store_lmdb.c pind/store_lmdb_row.c \
        pind/store_lmdb_files.c pind/store_mem.c \
        common/codec.c common/wire.c
BENCH_SRC_pamload := tests/bench/pamload.c
$(B)/rel/tests/bench/%.o: INC += -Ipind
$(BENCH:%=$(B)/bench/%): $(B)/bench/%: $$(call obj,rel,$$(BENCH_SRC_$$*))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(OPT) -pie $(LINK) -o $@ $^ -lsodium -llmdb -lpam -lpthread
bench bench-report:
	@scripts/need bench
	@env -u HARDEN $(MAKE) --no-print-directory all $(BENCH:%=$(B)/bench/%)
	B=$(B) tests/bench/bench $(if $(filter %-report,$@),docs/performance.md)

# ---- check-timing: the released objects, on an idle machine; too long and too jumpy for check ------
TIMING_SRC := $(CORE_SRC) $(addprefix tests/timing/,timing.c town.c welch.c)
N ?= 10000
$(B)/rel/tests/timing/%.o: INC += -Ipind
$(B)/timing/timing: $(call obj,rel,$(TIMING_SRC))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(OPT) -pie $(LINK) -o $@ $^ -lm -llmdb -lsodium -lsystemd -linih -lpthread
check-timing:
	@scripts/need build
	@env -u HARDEN $(MAKE) --no-print-directory $(B)/timing/timing
	$(B)/timing/timing $(N)

# ---- install: copies only, as anybody, below DESTDIR; what is configured already is kept -------
SBINDIR     ?= $(PREFIX)/sbin
BINDIR      ?= $(PREFIX)/bin
MANDIR      ?= $(PREFIX)/share/man
PAMDIR      ?= /lib/$(MULTIARCH)/security
UNITDIR     ?= /lib/systemd/system
SYSUSERSDIR ?= /usr/lib/sysusers.d
TMPFILESDIR ?= /usr/lib/tmpfiles.d
CONFDIR     ?= /etc/pind
LIBEXECDIR  ?= $(PREFIX)/libexec/pind
BASHDIR     ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR      ?= $(PREFIX)/share/zsh/$(if $(PREFIX:/usr=),site-functions,vendor-completions)
CATALOGDIR  ?= /usr/lib/systemd/catalog
APPARMORDIR ?= /etc/apparmor.d

$(B)/pind.conf: systemd/pind.conf.awk include/person.def pind/conf.def
	awk -f $^ >$@

$(B)/courier.conf: systemd/courier.conf.awk courier/conf.def
	awk -f $^ >$@

install: all man $(B)/pind.conf $(B)/courier.conf
	install -D -m 0755 $(B)/pind $(DESTDIR)$(SBINDIR)/pind
	install -D -m 0755 $(B)/pinctl $(DESTDIR)$(BINDIR)/pinctl
	install -D -m 0755 $(B)/pin-courier $(DESTDIR)$(SBINDIR)/pin-courier
	install -D -m 0644 $(B)/pam_inpspin.so $(DESTDIR)$(PAMDIR)/.pam_inpspin.so.new
	mv -f $(DESTDIR)$(PAMDIR)/.pam_inpspin.so.new $(DESTDIR)$(PAMDIR)/pam_inpspin.so
	install -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(CONFDIR)/services.d
	sed 's,/usr/sbin/pind,$(SBINDIR)/pind,' systemd/pind.service | \
	  install -m 0644 /dev/stdin $(DESTDIR)$(UNITDIR)/pind.service
	install -m 0644 systemd/pind-auth.socket systemd/pind-admin.socket systemd/pind-courier.socket \
	  $(DESTDIR)$(UNITDIR)
	install -D -m 0755 systemd/pind-key $(DESTDIR)$(LIBEXECDIR)/pind-key
	sed 's,/usr/libexec/pind/,$(LIBEXECDIR)/,' systemd/pind-key.service | \
	  install -m 0644 /dev/stdin $(DESTDIR)$(UNITDIR)/pind-key.service
	install -D -m 0644 systemd/pind.sysusers $(DESTDIR)$(SYSUSERSDIR)/pind.conf
	install -D -m 0644 systemd/pind.tmpfiles $(DESTDIR)$(TMPFILESDIR)/pind.conf
	install -D -m 0644 systemd/pind.catalog $(DESTDIR)$(CATALOGDIR)/pind.catalog
	install -D -m 0644 apparmor/abstractions/pind $(DESTDIR)$(APPARMORDIR)/abstractions/authentication.d/pind
	sed 's,/usr/sbin/pind ,$(SBINDIR)/pind ,' apparmor/usr.sbin.pind | \
	  install -m 0644 /dev/stdin $(DESTDIR)$(APPARMORDIR)/usr.sbin.pind
	sed 's,/usr/sbin/pin-courier ,$(SBINDIR)/pin-courier ,' apparmor/usr.sbin.pin-courier | \
	  install -m 0644 /dev/stdin $(DESTDIR)$(APPARMORDIR)/usr.sbin.pin-courier
	sed 's,/usr/sbin/pin-courier,$(SBINDIR)/pin-courier,' systemd/pin-courier@.service | \
	  install -m 0644 /dev/stdin $(DESTDIR)$(UNITDIR)/pin-courier@.service
	install -D -m 0644 systemd/pin-courier-sendmail.conf \
	  $(DESTDIR)$(UNITDIR)/pin-courier@electronic.service.d/sendmail.conf
	install -D -m 0755 $(B)/pin-sendmail $(DESTDIR)$(LIBEXECDIR)/pin-sendmail
	for channel in electronic post; do \
	  for unit in .socket @.service; do \
	    sed "s,electronic,$$channel,g" systemd/pin-sendmail$$unit | install -m 0644 /dev/stdin \
	      "$(DESTDIR)$(UNITDIR)/pin-sendmail-$$channel$$unit" || exit 1; \
	  done; \
	done
	install -d $(DESTDIR)$(CONFDIR)/templates
	for file in $(B)/pind.conf $(B)/courier.conf $(wildcard templates/*.txt); do \
	  dest=$(DESTDIR)$(CONFDIR)/$${file##*/}; \
	  test "$${file%.txt}" = "$$file" || dest=$(DESTDIR)$(CONFDIR)/$$file; \
	  test -e "$$dest" || install -m 0644 "$$file" "$$dest" || exit 1; \
	done
	sed 's,/usr/bin/pinctl,$(BINDIR)/pinctl,' systemd/pind-remind.service | \
	  install -m 0644 /dev/stdin $(DESTDIR)$(UNITDIR)/pind-remind.service
	install -m 0644 systemd/pind-remind.timer $(DESTDIR)$(UNITDIR)
	install -D -m 0644 completions/pinctl.bash $(DESTDIR)$(BASHDIR)/pinctl
	install -D -m 0644 completions/_pinctl $(DESTDIR)$(ZSHDIR)/_pinctl
	for page in $(B)/man/*.[1-8]; do \
	  test ! -e $$page || \
	  install -D -m 0644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit 1; \
	done

# Programs, units and manual; the configuration, the key, the store, users and groups stay.
uninstall:
	$(RM) $(DESTDIR)$(SBINDIR)/pind $(DESTDIR)$(SBINDIR)/pin-courier $(DESTDIR)$(BINDIR)/pinctl \
	  $(DESTDIR)$(PAMDIR)/pam_inpspin.so $(DESTDIR)$(LIBEXECDIR)/pind-key \
	  $(DESTDIR)$(BASHDIR)/pinctl $(DESTDIR)$(ZSHDIR)/_pinctl \
	  $(addprefix $(DESTDIR)$(UNITDIR)/,pind.service pind-key.service pind-auth.socket pind-admin.socket pind-courier.socket \
	  pin-courier@.service pin-courier@electronic.service.d/sendmail.conf pin-sendmail-electronic.socket \
	  pin-sendmail-electronic@.service pin-sendmail-post.socket pin-sendmail-post@.service \
	  pind-remind.service pind-remind.timer) $(DESTDIR)$(LIBEXECDIR)/pin-sendmail \
	  $(DESTDIR)$(SYSUSERSDIR)/pind.conf $(DESTDIR)$(TMPFILESDIR)/pind.conf $(DESTDIR)$(CATALOGDIR)/pind.catalog \
	  $(addprefix $(DESTDIR)$(APPARMORDIR)/,usr.sbin.pind usr.sbin.pin-courier abstractions/authentication.d/pind) \
	  $(foreach page,$(MAN),$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(page))
	-rmdir $(DESTDIR)$(UNITDIR)/pin-courier@electronic.service.d
	-rmdir $(DESTDIR)$(LIBEXECDIR)

# ---- deb: from a copy of what git knows of, so that the tree stays as it is -----------------------
# dpkg-buildpackage must not take over what this make was told; debian/rules builds in the copy.
deb:
	@scripts/need deb
	@git ls-files >/dev/null
	$(RM) -r $(B)/deb
	mkdir -p $(B)/deb/src
	git ls-files -z --cached --others --exclude-standard | \
	  xargs -0 sh -c 'for f; do test ! -e "$$f" || printf "%s\0" "$$f"; done' sh | \
	  tar -c --mtime="@$$(dpkg-parsechangelog -S Timestamp)" --null -T - | tar -x -C $(B)/deb/src
	cd $(B)/deb/src && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u B -u CC -u HARDEN \
	  dpkg-buildpackage -us -uc -b
	$(RM) -r $(B)/deb/src
	@ls $(B)/deb/*.deb

clean:
	$(RM) -r $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
