# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# webdriver.sh - a real browser in the machine: headless Chromium, told what to do by chromedriver.
# Sourced after host.sh. What it is told to type is on curl's stdin, in no command line.
#   browser_open WIDTH HEIGHT LANGUAGE [SCHEME]    browser_close
#   at URL     says TEXT     js EXPRESSION     keys TEXT     press NAME...     shot NAME
# shellcheck disable=SC2154 # host_tmp

BROWSER=http://127.0.0.1:9515
browser='' # the session

# method path: the JSON on stdin to the driver; its answer's value, raw.
browser_ask() {
	inside curl -sS -X "$1" -H 'Content-Type: application/json' --data-binary @- \
		"$BROWSER$2" >"$host_tmp/driver" || return 1
	jq -e '.value | type == "object" and has("error")' "$host_tmp/driver" >/dev/null || {
		jq -r '.value' "$host_tmp/driver"
		return 0
	}
	jq -r '.value.message' "$host_tmp/driver" >&2
	return 1
}

browser_driver() {
	inside getent passwd browser >/dev/null || inside useradd -m browser || return 1
	inside curl -s $BROWSER/status >/dev/null && return 0
	inside systemd-run --quiet --collect --unit=chromedriver --uid=browser \
		-p WorkingDirectory=/home/browser -E HOME=/home/browser -E TZ=Europe/Rome \
		chromedriver --port=9515 --silent || return 1
	soon inside curl -s $BROWSER/status
}

# The driver's own user is nobody of importance; Chromium's sandbox cannot be in an nspawn machine.
browser_open() {
	browser_driver || return 1
	browser=$(jq -n --arg size "--window-size=$1,$2" --arg lang "$3" --arg scheme "${4-light}" \
		--argjson w "$1" --argjson h "$2" '{capabilities: {alwaysMatch: {
		browserName: "chrome", acceptInsecureCerts: true,
		"goog:chromeOptions": ({
			args: (["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
				"--no-first-run", "--disable-extensions", "--disable-background-networking",
				"--disable-component-update", "--hide-scrollbars", $size,
				"--force-prefers-reduced-motion", "--lang=\($lang)"] +
				(if $scheme == "dark" then ["--force-dark-mode"] else [] end)),
			prefs: {"intl.accept_languages": $lang}
		} + if $w < 600 then {mobileEmulation:
			{deviceMetrics: {width: $w, height: $h, pixelRatio: 2}}} else {} end)}}}' | browser_ask POST /session | jq -r .sessionId) && [ -n "$browser" ] || return 1
	# As if its window were the one in front.
	browser_cdp Emulation.setFocusEmulationEnabled '{"enabled": true}' >/dev/null
}

browser_close() {
	[ -z "$browser" ] || browser_ask DELETE "/session/$browser" </dev/null >/dev/null
	browser=''
}

# method parameters: what only this browser understands
browser_cdp() {
	jq -n --arg cmd "$1" --argjson p "$2" '{cmd: $cmd, params: $p}' |
		browser_ask POST "/session/$browser/goog/cdp/execute"
}

at() {
	jq -n --arg url "$1" '{url: $url}' | browser_ask POST "/session/$browser/url" >/dev/null
}

# The value of a JavaScript expression. The pages' own policy does not bind the driver.
js() {
	jq -n --arg e "return $1" '{script: $e, args: []}' |
		browser_ask POST "/session/$browser/execute/sync"
}

# expression: it becomes true, soon.
js_true() {
	[ "$(js "$1")" = true ]
}

becomes() {
	soon js_true "$1"
}

# A person at the keyboard, and nothing else: what is typed goes where the focus is.
browser_actions() {
	jq -R -s '{actions: [{type: "key", id: "keyboard", actions:
		[split("\n")[] | select(. != "") |
		{"Tab": "\uE004", "Enter": "\uE007", "Shift": "\uE008", "Space": " "}[.] // . | . as $k |
		{type: "keyDown", value: $k}, {type: "keyUp", value: $k}]}]}' |
		browser_ask POST "/session/$browser/actions" >/dev/null
}

keys() {
	printf '%s' "$1" | sed 's/./&\n/g' | browser_actions
}

press() {
	printf '%s\n' "$@" | browser_actions
}

# The whole page as a picture, kept.
shot() {
	mkdir -p "$B/screenshots"
	size=$(js 'Math.ceil(document.documentElement.scrollHeight) + " " + innerWidth')
	browser_cdp Page.captureScreenshot "{\"format\": \"png\", \"captureBeyondViewport\": true,
		\"clip\": {\"x\": 0, \"y\": 0, \"width\": ${size#* }, \"height\": ${size% *}, \"scale\": 1}}" | jq -r .data |
		base64 -d >"$B/screenshots/$1.png" && [ -s "$B/screenshots/$1.png" ]
}
