# SPDX-License-Identifier: BSD-2-Clause
# What each test program is linked with. tests/run runs all of them, and the scripts.
UNIT_TESTS :=

UNIT_TESTS += unit/test_cf unit/test_cf_rules unit/test_symbols unit/test_contact unit/test_check_cf
SRC_test_cf := common/cf.c
SRC_test_cf_rules := common/cf.c
SRC_test_symbols := common/symbols.c
SRC_test_contact := common/contact.c
SRC_test_check_cf := common/cf.c pinctl/check_cf.c
LIBS_test_check_cf := -ljansson

UNIT_TESTS += daemon/test_pinctl_issue daemon/test_pinctl_answers
SRC_test_pinctl_issue := tests/daemon/stage.c common/codec.c common/wire.c common/verdict.c common/argon.c
LIBS_test_pinctl_issue := -lsodium
SRC_test_pinctl_answers := tests/daemon/stage.c common/codec.c common/wire.c common/verdict.c

UNIT_TESTS += unit/test_pin unit/test_serve unit/test_renew unit/test_clerk
SRC_test_pin := pind/pin.c pind/penalty.c common/verdict.c common/person.c
DESK_LIBS := -Wl,--wrap=argon_derive -lsodium -llmdb -linih -lsystemd -lpthread
SRC_test_serve := $(CORE_SRC) tests/unit/desk.c
SRC_test_renew := $(CORE_SRC) tests/unit/desk.c
SRC_test_clerk := $(CORE_SRC) tests/unit/desk.c
LIBS_test_serve := $(DESK_LIBS)
LIBS_test_renew := $(DESK_LIBS)
LIBS_test_clerk := $(DESK_LIBS)

# The nouns of the daemon, each with what it stands on.
WIRE_SRC := common/codec.c common/wire.c
KEYS_SRC := pind/keys.c common/codec.c
UNIT_TESTS += $(addprefix unit/,test_codec test_wire test_person test_calendar test_penalty)
SRC_test_codec := common/codec.c
SRC_test_wire := $(WIRE_SRC)
SRC_test_person := common/person.c common/verdict.c
SRC_test_calendar := pind/calendar.c
SRC_test_penalty := pind/penalty.c

# pind as a process, asked through its sockets. PIND=, PIND_RELEASE= absolute paths of programs.
RIG := tests/daemon/rig.c tests/daemon/rig_ask.c $(addprefix common/,codec.c wire.c verdict.c client.c \
	cf.c argon.c)
RIG_TESTS := test_life
UNIT_TESTS += $(RIG_TESTS:%=daemon/%)
$(foreach t,$(RIG_TESTS),$(eval SRC_$(t) := $(RIG))$(eval LIBS_$(t) := -lsodium -lpthread))

# The module, through the real libpam. MODULE=<absolute path of a pam_inpspin.so>
MODULE_FAKE := tests/module/stage.c tests/module/fake.c $(addprefix common/,codec.c wire.c client.c)
MODULE_TESTS := test_retval test_stacks test_options test_conv test_renewal
UNIT_TESTS += $(MODULE_TESTS:%=module/%)
$(foreach t,$(MODULE_TESTS),$(eval SRC_$(t) := $(MODULE_FAKE))$(eval LIBS_$(t) := -lpam))

tests: $(UNIT_TESTS:%=$(B)/san/tests/%) $(B)/san/pind $(B)/san/pinctl $(B)/san/pam_inpspin.so
