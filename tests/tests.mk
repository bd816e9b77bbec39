# SPDX-License-Identifier: BSD-2-Clause
# What each test program is linked with. tests/run runs all of them, and the scripts.
UNIT_TESTS :=

UNIT_TESTS += unit/test_cf unit/test_cf_rules unit/test_symbols unit/test_contact unit/test_plain unit/test_check_cf
SRC_test_cf := common/cf.c
SRC_test_cf_rules := common/cf.c
SRC_test_symbols := common/symbols.c
SRC_test_contact := common/contact.c
SRC_test_plain := common/plain.c
SRC_test_check_cf := common/cf.c pinctl/check_cf.c
LIBS_test_check_cf := -ljansson

# The web page of docs/services/web.md.
UNIT_TESTS += unit/test_renewal_web
SRC_test_renewal_web := $(addprefix docs/services/apache/,input.c seal.c session.c)
LIBS_test_renewal_web := -lsodium

UNIT_TESTS += daemon/test_pinctl_issue daemon/test_pinctl_answers
SRC_test_pinctl_issue := tests/daemon/stage.c common/codec.c common/wire.c common/verdict.c common/argon.c
LIBS_test_pinctl_issue := -lsodium
SRC_test_pinctl_answers := tests/daemon/stage.c common/codec.c common/wire.c common/verdict.c

UNIT_TESTS += unit/test_pin unit/test_serve unit/test_renew unit/test_clerk
SRC_test_pin := pind/pin.c pind/penalty.c common/verdict.c common/person.c
UNIT_TESTS += unit/test_pin_walk unit/test_number unit/test_pratica unit/test_duties unit/test_delegation unit/test_registry \
	unit/test_audit_verbs
SRC_test_pin_walk := $(SRC_test_pin)
SRC_test_number := common/number.c
SRC_test_pratica := pind/pratica.c $(SRC_test_pin)
DESK_LIBS := -lm -Wl,--wrap=argon_derive -lsodium -llmdb -linih -lsystemd -lpthread
SRC_test_serve := $(CORE_SRC) tests/unit/desk.c
SRC_test_renew := $(CORE_SRC) tests/unit/desk.c
SRC_test_clerk := $(CORE_SRC) tests/unit/desk.c
LIBS_test_serve := $(DESK_LIBS)
LIBS_test_renew := $(DESK_LIBS)
LIBS_test_clerk := $(DESK_LIBS)
$(foreach t,duties delegation registry audit_verbs,$(eval SRC_test_$(t) := $(CORE_SRC) tests/unit/desk.c) \
	$(eval LIBS_test_$(t) := $(DESK_LIBS)))

UNIT_TESTS += unit/test_convert unit/test_self
$(foreach t,convert self,$(eval SRC_test_$(t) := $(CORE_SRC) tests/unit/desk.c)$(eval LIBS_test_$(t) := $(DESK_LIBS)))

UNIT_TESTS += unit/test_request unit/test_approval unit/test_orders unit/test_order_abuse unit/test_order_races unit/test_settle unit/test_cf_change unit/test_reminders unit/test_recover
$(foreach t,request approval orders order_abuse order_races settle cf_change reminders recover,$(eval SRC_test_$(t) := $(CORE_SRC) tests/unit/desk.c \
	tests/unit/office.c)$(eval LIBS_test_$(t) := $(DESK_LIBS)))

# The nouns of the daemon, each with what it stands on.
WIRE_SRC := common/codec.c common/wire.c
UNIT_TESTS += $(addprefix unit/,test_codec test_wire test_person test_calendar test_penalty test_keys \
	test_hash test_recent test_record test_ticket test_store test_store_lmdb \
	test_account test_account_fails test_account_races test_conf test_conf_files test_users \
	test_client test_pool test_prove test_rota test_source test_spray test_stats test_lane \
	test_store_sync test_guess_races test_guesses test_damage test_dossier test_audit test_act test_act_rows test_act_races)
SRC_test_codec := common/codec.c
SRC_test_wire := $(WIRE_SRC)
SRC_test_person := common/person.c common/verdict.c
SRC_test_calendar := pind/calendar.c
SRC_test_penalty := pind/penalty.c
SRC_test_keys := pind/keys.c
SRC_test_hash := pind/keys.c pind/hash.c common/argon.c
SRC_test_recent := pind/keys.c pind/recent.c
SRC_test_record := pind/keys.c pind/seal.c pind/record.c common/codec.c
SRC_test_ticket := pind/keys.c pind/seal.c pind/record.c pind/ticket.c common/codec.c
STORE_SRC := $(addprefix pind/,store.c store_mem.c store_lmdb.c store_lmdb_files.c store_lmdb_row.c)
SRC_test_store := $(STORE_SRC)
SRC_test_store_lmdb := $(STORE_SRC)
LIBS_test_store := -llmdb -lpthread
LIBS_test_store_lmdb := -llmdb -lpthread
ACCOUNT_SRC := $(STORE_SRC) common/codec.c $(addprefix pind/,keys.c seal.c record.c pin.c penalty.c account.c) \
	tests/unit/faulty.c
ACCOUNT_TESTS := account account_fails account_races
$(foreach t,$(ACCOUNT_TESTS),$(eval SRC_test_$(t) := $(ACCOUNT_SRC)) \
	$(eval LIBS_test_$(t) := -lsodium -llmdb -lpthread))
SRC_test_dossier := pind/keys.c pind/seal.c pind/dossier.c common/codec.c
SRC_test_audit := pind/keys.c pind/seal.c pind/audit.c common/codec.c
ACT_SRC := $(ACCOUNT_SRC) $(addprefix pind/,dossier.c audit.c act.c)
$(foreach t,act act_rows act_races,$(eval SRC_test_$(t) := $(ACT_SRC)) \
	$(eval LIBS_test_$(t) := -lsodium -llmdb -lpthread))
CONF_SRC := common/person.c $(addprefix pind/,conf.c conf_read.c conf_services.c users.c)
SRC_test_conf := $(CONF_SRC)
SRC_test_conf_files := $(CONF_SRC)
SRC_test_users := pind/users.c
LIBS_test_conf := -linih
LIBS_test_conf_files := -linih
SRC_test_client := $(WIRE_SRC) common/client.c tests/unit/listener.c
SRC_test_prove := $(CORE_SRC)
LIBS_test_prove := $(DESK_LIBS)
SRC_test_pool := pind/pool.c pind/rota.c
LIBS_test_pool := -lpthread
SRC_test_rota := pind/rota.c
SRC_test_source := pind/keys.c pind/source.c
LIBS_test_source := -lsodium
SRC_test_spray := pind/spray.c
LIBS_test_spray := -lm -lsodium -lpthread
SRC_test_stats := pind/stats.c common/verdict.c
SRC_test_store_sync := $(STORE_SRC)
LIBS_test_store_sync := -llmdb -lpthread
SRC_test_lane := $(CORE_SRC) pind/lane.c pind/rota.c tests/unit/desk.c
SRC_test_guess_races := $(CORE_SRC) pind/lane.c pind/rota.c pind/pool.c tests/unit/desk.c
SRC_test_guesses := $(CORE_SRC) tests/unit/desk.c
SRC_test_damage := $(CORE_SRC) tests/unit/desk.c
$(foreach t,lane guess_races guesses damage,$(eval LIBS_test_$(t) := $(DESK_LIBS)))
$(foreach t,keys hash recent record ticket dossier audit,$(eval LIBS_test_$(t) := -lsodium -lpthread))

# pind as a process, asked through its sockets. PIND=, PIND_RELEASE= absolute paths of programs.
RIG := tests/daemon/rig.c tests/daemon/rig_ask.c $(addprefix common/,codec.c wire.c verdict.c client.c \
	cf.c argon.c)
RIG_TESTS := test_life test_guess test_callers test_roles test_trace test_durable test_hostile test_stop \
	test_refuse test_refuse_place test_reload test_disk \
	test_canaries test_sandbox test_time
RIG_TESTS += test_same test_repeat test_budget test_flood test_watch test_siege test_journal test_desk test_pinctl_self
UNIT_TESTS += $(RIG_TESTS:%=daemon/%)
$(foreach t,$(RIG_TESTS),$(eval SRC_$(t) := $(RIG))$(eval LIBS_$(t) := -lsodium -lpthread))
SRC_test_trace += tests/daemon/trace.c
SRC_test_same += tests/daemon/trace.c
SRC_test_budget += tests/daemon/mine.c
LIBS_test_pinctl_self += -lutil
SRC_test_refuse += tests/daemon/refusal.c
SRC_test_refuse_place += tests/daemon/refusal.c
LIBS_test_refuse_place += -llmdb

# The module, through the real libpam. MODULE=<absolute path of a pam_inpspin.so>
MODULE_FAKE := tests/module/stage.c tests/module/fake.c $(addprefix common/,codec.c wire.c client.c)
MODULE_TESTS := test_retval test_stacks test_options test_conv test_items test_renewal test_proof test_host
UNIT_TESTS += $(MODULE_TESTS:%=module/%)
$(foreach t,$(MODULE_TESTS),$(eval SRC_$(t) := $(MODULE_FAKE))$(eval LIBS_$(t) := -lpam))

# Programs without sanitizers, for the module as shipped (test_release.sh); and test_host under
# ThreadSanitizer, with a module built for it (test_threads.sh).
PLAIN_TESTS := $(addprefix $(B)/plain/tests/module/,memory secrets)
TSAN_TESTS := $(B)/tsan/tests/module/test_host
TSAN := -fsanitize=thread
TEST_CFLAGS = -O1 -g $(STD) $(WARN) $(INC) -MMD -MP $(CFLAGS)
$(B)/plain-obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(TEST_CFLAGS) -c -o $@ $<
$(B)/tsan-obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(TEST_CFLAGS) $(TSAN) -fPIC -c -o $@ $<
$(B)/tsan/pam_inpspin.so: $(call obj,tsan-obj,$(MODULE_SRC)) pam_inpspin/pam_inpspin.map
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(TSAN) -shared -Wl,--version-script=pam_inpspin/pam_inpspin.map -o $@ $(filter %.o,$^) -lpam
$(B)/plain/tests/daemon/sandbox_probe: $(B)/plain-obj/tests/daemon/sandbox_probe.o \
		$(B)/rel/pind/sandbox.o # for daemon/test_sandbox
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -o $@ $^ -lseccomp -lpthread
tests: $(B)/plain/tests/daemon/sandbox_probe
$(B)/plain/tests/system/memory: $(B)/plain-obj/tests/system/memory.o # for system/test_issuance
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -o $@ $^
tests: $(B)/plain/tests/system/memory
$(PLAIN_TESTS): $(B)/plain/%: $(B)/plain-obj/%.o $(call obj,plain-obj,$(MODULE_FAKE))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -o $@ $^ -lpam -lpthread -lcmocka
$(B)/tsan/pind: $(call obj,tsan-obj,$(PIND_SRC)) # for daemon/test_reload
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(TSAN) -o $@ $^ $(PIND_LIBS)
$(TSAN_TESTS): $(B)/tsan/%: $(B)/tsan-obj/%.o $(call obj,tsan-obj,$(MODULE_FAKE))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(TSAN) -o $@ $^ -lpam -lcmocka
tests: $(B)/tsan/pind $(PLAIN_TESTS) $(TSAN_TESTS) $(B)/tsan/pam_inpspin.so $(B)/pam_inpspin.so

# What is shared by threads, under ThreadSanitizer (unit/test_tsan.sh).
TSAN_UNIT := test_pool test_recent test_store test_account_races test_spray test_guess_races test_act_races \
	test_order_races
$(B)/tsan-obj/pind/%.o $(B)/tsan-obj/tests/unit/%.o: INC += -Ipind
$(TSAN_UNIT:%=$(B)/tsan/tests/unit/%): $(B)/tsan/tests/unit/%: $(B)/tsan-obj/tests/unit/%.o \
		$$(call obj,tsan-obj,$$(SRC_$$*))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(TSAN) -o $@ $^ $(LIBS_$*) -lcmocka
tests: $(TSAN_UNIT:%=$(B)/tsan/tests/unit/%)

# pin-courier: its nouns, and the program before a pind that says what it is told.
$(B)/san-obj/tests/courier/%.o: INC += -Icourier
COURIER_PROGRAMS := test_electronic test_post test_hygiene
SCENE := tests/courier/scene.c tests/module/fake.c $(addprefix common/,codec.c wire.c client.c argon.c token.c)
UNIT_TESTS += $(COURIER_PROGRAMS:%=courier/%)
$(foreach t,$(COURIER_PROGRAMS),$(eval SRC_$(t) := $(SCENE))$(eval LIBS_$(t) := -lsodium))
UNIT_TESTS += courier/test_issuance courier/test_kills
SRC_test_issuance := $(RIG) common/token.c tests/courier/scene.c tests/courier/citizen.c tests/module/fake.c
SRC_test_kills := $(SRC_test_issuance) tests/daemon/mine.c
LIBS_test_issuance := -lsodium -lpthread
LIBS_test_kills := $(LIBS_test_issuance)
UNIT_TESTS += courier/test_forgotten
SRC_test_forgotten := $(RIG) common/token.c tests/courier/scene.c tests/module/fake.c
LIBS_test_forgotten := -lsodium -lpthread
COURIER_NOUNS := test_template test_mail test_child test_letter test_spool test_token
UNIT_TESTS += $(COURIER_NOUNS:%=courier/%)
SRC_test_template := $(addprefix courier/,template.c text.c say.c) common/plain.c
SRC_test_mail := $(addprefix courier/,mail.c text.c say.c child.c) common/contact.c common/plain.c
SRC_test_child := $(addprefix courier/,child.c say.c)
SRC_test_letter := $(addprefix courier/,letter.c say.c) common/plain.c
SRC_test_spool := $(addprefix courier/,spool.c say.c)
SRC_test_token := common/token.c
LIBS_test_mail := -lsodium
LIBS_test_letter := -lhpdf
LIBS_test_token := -lsodium

# pinctl's families of commands: what they read, and before a pind that says what it is told.
UNIT_TESTS += unit/test_csv daemon/test_pinctl_sends
SRC_test_csv := pinctl/csv.c pinctl/registry_line.c common/cf.c
SRC_test_pinctl_sends := tests/daemon/stage.c common/codec.c common/wire.c common/verdict.c

tests: $(UNIT_TESTS:%=$(B)/san/tests/%) $(B)/san/pind $(B)/san/pinctl $(B)/san/pin-courier $(B)/san/pam_inpspin.so
