# SPDX-License-Identifier: BSD-2-Clause
# web.mk - inpspin-web, the page of docs/services/web.md. Included by the Makefile.
WEB := docs/services/apache
WEB_SRC := $(addprefix $(WEB)/,web.c request.c input.c seal.c session.c question.c page.c out.c forms.c steps.c) \
        $(addprefix common/,codec.c wire.c verdict.c client.c cf.c symbols.c contact.c)

all: $(B)/inpspin-web
$(B)/inpspin-web: $(call obj,rel,$(WEB_SRC))
	$(call say,LD)$(CC) $(OPT) -pie $(LINK) -o $@ $^ -lsodium
$(B)/san/inpspin-web: $(call obj,san-obj,$(WEB_SRC))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(SAN) -o $@ $^ -lsodium

# What web.md needs besides its own configuration.
install-web: $(B)/inpspin-web
	install -D -m 0755 $(B)/inpspin-web $(DESTDIR)$(PREFIX)/lib/inpspin-web/inpspin-web
	install -D -m 0644 $(WEB)/inpspin.css $(DESTDIR)$(PREFIX)/share/inpspin-web/inpspin.css
	install -D -m 0644 $(WEB)/index.html $(DESTDIR)$(PREFIX)/share/inpspin-web/index.html
	for name in semplice dispositivo; do \
	  install -D -m 0644 $(WEB)/$$name.shtml $(DESTDIR)$(PREFIX)/share/inpspin-web/$$name/index.shtml || exit 1; \
	done
.PHONY: install-web
