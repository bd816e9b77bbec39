#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_key.sh - how the root key is made: with what, and when not. The systemd-creds that is asked
# is played here; test_installed.sh asks the real one.
# shellcheck disable=SC2317 # the cases are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh

CASES='host      without a TPM the key of the machine encrypts it
tpm       with a TPM both do
unusable  a TPM that has no device here, or a device that nothing can use, is none
library   a TPM that systemd cannot use is told of, and the key of the machine has to do
whole     32 random bytes go in, other ones each time; what comes out is 0600 and alone
secret    the key is in no argument, no environment and no message
escrow    it is said how to keep a copy
there     a key that is there stays
meanwhile so does one that comes while another is made
store     beside a store none is made, and what to do is said
encrypt   what cannot be encrypted leaves nothing
readback  what cannot be read back leaves nothing
short     a key that is read back too short leaves nothing
folder    its folder is made, for root alone
journal   messages have their priority in the journal only'

tmp_make key
unset JOURNAL_STREAM

# It notes what it is asked, and "encrypts" by base64. HAS_TPM: how it answers that;
# BROKEN: a pattern of what it fails at.
mkdir "$tmp/bin"
cat >"$tmp/bin/systemd-creds" <<'EOF'
#!/bin/sh
echo "systemd-creds $*" >>"$NOTES"
env >>"$NOTES.env"
# shellcheck disable=SC2254
case "$*" in
${BROKEN-}) exit 1 ;;
*has-tpm2*) exit "${HAS_TPM:-1}" ;;
*encrypt*) verb=encrypt ;;
*) verb=decrypt ;;
esac
for arg; do
	from=${to-} to=$arg
done
[ "$from" = - ] || exec <"$from"
[ "$to" = - ] || exec >"$to"
case $verb in
encrypt)
	[ -z "${RIVAL-}" ] || echo rival >"$RIVAL"
	base64 -w 0
	;;
decrypt) base64 -d | head -c "${READ_BACK:-32}" ;;
esac
EOF
chmod 755 "$tmp/bin/systemd-creds"

# [NAME=VALUE...]: a run of its own, in $tmp/run. What it says is in $tmp/said.
make_key() {
	rm -rf "$tmp/run" && mkdir -p "$tmp/run/store" && : >"$tmp/run/notes" || return 1
	[ -n "${NO_FOLDER-}" ] || mkdir "$tmp/run/cred"
	[ -z "${OLD_KEY-}" ] || echo "$OLD_KEY" >"$tmp/run/cred/pind.key"
	[ -z "${OLD_STORE-}" ] || : >"$tmp/run/store/data.mdb"
	env PATH="$tmp/bin:$PATH" NOTES="$tmp/run/notes" "$@" systemd/pind-key "$tmp/run/cred/pind.key" \
		"$tmp/run/store" "${TPM:-/dev/no-such-tpm}" >"$tmp/said" 2>&1
	status=$?
	cat "$tmp/said" "$tmp/run/notes"
	return $status
}

# option: the only one it was encrypted with, and said so.
encrypted_with() {
	[ "$(grep -c ' encrypt .*name=pind.key ' "$tmp/run/notes")" = 1 ] &&
		grep -q " encrypt --name=pind.key --with-key=$1 - " "$tmp/run/notes" || fail "not with $1" || return 1
	grep -q "encrypted with $1:" "$tmp/said" || fail "it did not say so"
}

# command...: it fails, and leaves nothing in the folder of the key.
leaves_nothing() {
	! "$@" || fail "it did not fail" || return 1
	[ -z "$(ls -A "$tmp/run/cred")" ] || fail "there is $(ls -A "$tmp/run/cred")"
}

t_host() {
	make_key && encrypted_with host
}

t_tpm() {
	TPM=/dev/null make_key HAS_TPM=0 && encrypted_with 'host+tpm2'
}

t_unusable() {
	make_key HAS_TPM=0 && encrypted_with host || return 1
	TPM=/dev/null make_key HAS_TPM=1 && encrypted_with host
}

t_library() {
	TPM=/dev/null make_key HAS_TPM=0 BROKEN='*with-key=tpm2*' && encrypted_with host || return 1
	grep -q 'there is a TPM, but systemd cannot use it' "$tmp/said"
}

t_whole() {
	make_key || return 1
	[ "$(stat -c '%a %h %s' "$tmp/run/cred/pind.key")" = '600 1 44' ] || fail "mode, links or length" || return 1
	[ "$(ls -A "$tmp/run/cred")" = pind.key ] || fail "something is beside it" || return 1
	first=$(cat "$tmp/run/cred/pind.key")
	make_key || return 1
	[ "$(cat "$tmp/run/cred/pind.key")" != "$first" ] || fail "twice the same"
}

t_secret() {
	make_key || return 1
	base64=$(cat "$tmp/run/cred/pind.key")
	hex=$(base64 -d "$tmp/run/cred/pind.key" | od -An -v -tx1 | tr -d ' \n')
	[ -s "$tmp/run/notes.env" ] || fail "no environment was noted" || return 1
	for text in "$hex" "$base64"; do
		! grep -qiF -e "$text" "$tmp/said" "$tmp/run/notes" || fail "there it is" || return 1
		! grep -qiF -e "$text" "$tmp/run/notes.env" || fail "in the environment" || return 1
	done
	[ ${#hex} -eq 64 ] && [ ${#base64} -eq 44 ]
}

t_escrow() {
	make_key && grep -q "systemd-creds decrypt --name=pind.key --transcode=base64 $tmp/run/cred/pind.key -\$" \
		"$tmp/said"
}

t_there() {
	! OLD_KEY=mine make_key || fail "it did not fail" || return 1
	[ "$(cat "$tmp/run/cred/pind.key")" = mine ] && [ ! -s "$tmp/run/notes" ]
}

t_meanwhile() {
	! make_key RIVAL="$tmp/run/cred/pind.key" || fail "it did not fail" || return 1
	[ "$(cat "$tmp/run/cred/pind.key")" = rival ] && [ "$(ls -A "$tmp/run/cred")" = pind.key ]
}

t_store() {
	OLD_STORE=1 leaves_nothing make_key || return 1
	[ "$(wc -l <"$tmp/said")" = 1 ] && [ ! -s "$tmp/run/notes" ] &&
		grep -q 'put your copy of the key back' "$tmp/said"
}

t_encrypt() {
	leaves_nothing make_key BROKEN='*encrypt*' && grep -q 'cannot encrypt a key with host' "$tmp/said" ||
		return 1
	# A TPM that could and then does not is not passed over.
	TPM=/dev/null leaves_nothing make_key HAS_TPM=0 BROKEN='*host+tpm2*' &&
		grep -q 'cannot encrypt a key with host+tpm2' "$tmp/said" && ! grep -q 'with-key=host ' "$tmp/run/notes"
}

t_readback() {
	leaves_nothing make_key BROKEN='*decrypt*' && grep -q 'cannot be read back' "$tmp/said"
}

t_short() {
	leaves_nothing make_key READ_BACK=31 && grep -q 'cannot be read back' "$tmp/said"
}

t_folder() {
	NO_FOLDER=1 make_key && [ "$(stat -c %a "$tmp/run/cred")" = 700 ]
}

t_journal() {
	make_key && ! grep '^<' "$tmp/said" || return 1
	make_key JOURNAL_STREAM=8:1 && [ "$(grep -c '^<[45]>pind-key: ' "$tmp/said")" = 2 ] || return 1
	! OLD_KEY=mine make_key JOURNAL_STREAM=8:1 && grep -q '^<3>pind-key: ' "$tmp/said"
}

cases
