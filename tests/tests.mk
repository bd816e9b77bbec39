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

tests: $(UNIT_TESTS:%=$(B)/san/tests/%) $(B)/san/pind $(B)/san/pinctl $(B)/san/pam_inpspin.so
