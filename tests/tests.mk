# SPDX-License-Identifier: BSD-2-Clause
# What each test program is linked with. tests/run runs all of them, and the scripts.
UNIT_TESTS :=

tests: $(UNIT_TESTS:%=$(B)/san/tests/%) $(B)/san/pind $(B)/san/pinctl $(B)/san/pam_inpspin.so
