// SPDX-License-Identifier: BSD-2-Clause
// web_access.js - what is wrong with the page for who hears it, types only, or has a small screen:
// an expression for webdriver.sh's js(); its value is one complaint a line, "" when there is none.
(() => {
	const wrong = [], all = (q) => [...document.querySelectorAll(q)];
	const need = (good, what) => { if (!good) wrong.push(what); };
	const name = (e) => `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}`;
	const shown = (e) => e.checkVisibility({ checkVisibilityCSS: true });

	// Colours as rgb, on what is behind them.
	const rgb = (s) => (s.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
	const opaque = (c) => c.length < 4 || c[3] === 1;
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const c = rgb(getComputedStyle(e).backgroundColor);
			if (opaque(c)) return c;
		}
		return [255, 255, 255];
	};
	const light = (c) => c.slice(0, 3).map((v) => v / 255)
		.map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const contrast = (a, b) => {
		const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
		return (x + 0.05) / (y + 0.05);
	};

	// The document.
	need(/^(it|en)$/.test(document.documentElement.lang), "html has no lang");
	need(document.title.trim() !== "", "no title");
	need(all("h1").length === 1, "not one h1");
	for (const q of ["header", "main", "footer"])
		need(all(`body > ${q}`).length === 1, `not one ${q}`);
	need(all("nav:not([aria-label])").length === 0, "a nav without a name");
	const levels = all("h1,h2,h3,h4").map((h) => +h.tagName[1]);
	need(levels.every((l, i) => i === 0 ? l === 1 : l <= levels[i - 1] + 1), "headings skip a level");
	const ids = all("[id]").map((e) => e.id);
	need(new Set(ids).size === ids.length, "an id twice");
	need(all("[tabindex]").every((e) => e.tabIndex <= 0), "a tabindex above 0");
	need(document.querySelector("meta[name=viewport]").content.indexOf("maximum-scale") < 0 &&
		!/user-scalable\s*=\s*no/.test(document.querySelector("meta[name=viewport]").content), "no zoom");
	need(all("body *").indexOf(document.querySelector(".skip")) === 0, "no link past the header first");
	need(document.querySelector(document.querySelector(".skip").hash) !== null, "it leads nowhere");

	// Nothing from elsewhere, nothing that runs.
	need(all("script,iframe,object,embed,[style],style").length === 0, "a script, a frame or a style");
	need(all("*").every((e) => [...e.attributes].every((a) => !/^on/.test(a.name))), "an event handler");
	need(performance.getEntriesByType("resource").every((r) => new URL(r.name).origin === location.origin),
		"something from elsewhere");

	// Fields.
	for (const e of all("input:not([type=hidden])")) {
		need(e.labels.length === 1 && e.labels[0].textContent.trim() !== "", `${name(e)} has no label`);
		need(e.autocomplete !== "", `${name(e)} does not say what it is`);
		const described = (e.getAttribute("aria-describedby") || "").split(" ");
		need(described.every((id) => document.getElementById(id)?.textContent.trim()),
			`${name(e)} is described by nothing`);
		need(!e.hasAttribute("aria-invalid") || described.some((id) => /-error$/.test(id)),
			`${name(e)} is wrong and does not say why`);
		need(e.type !== "password" || !e.hasAttribute("value"), `${name(e)} has a secret in it`);
	}
	for (const e of all("button,a"))
		need(e.textContent.trim() !== "", `${name(e)} has no name`);
	for (const e of all("a[href^='#']"))
		need(document.querySelector(e.hash) !== null, `${e.hash} is not there`);
	for (const e of all("[role=alert]"))
		need(document.activeElement === e, "an error that has not got the focus");
	for (const e of all("a[hreflang]"))
		need(e.lang === e.hreflang && e.lang !== document.documentElement.lang, "a language's name in another");

	// Contrast: of text 4.5 to 1, of the edge of a field 3 to 1.
	for (const e of all("body *")) {
		const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
		if (own && shown(e)) {
			const c = contrast(rgb(getComputedStyle(e).color), behind(e));
			need(c >= 4.5, `${name(e)}: contrast of ${c.toFixed(2)}`);
		}
	}
	for (const e of all("input:not([type=hidden])")) {
		const c = contrast(rgb(getComputedStyle(e).borderTopColor), behind(e.parentElement));
		need(c >= 3, `${name(e)}: an edge with a contrast of ${c.toFixed(2)}`);
	}

	// Where the focus is can be seen; what is to be touched is large enough for a finger.
	const focus = document.activeElement;
	for (const e of all("a,button,input:not([type=hidden])")) {
		e.focus({ focusVisible: true, preventScroll: true });
		const s = getComputedStyle(e);
		need(s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2, `${name(e)}: focus is not seen`);
		need(contrast(rgb(s.outlineColor), behind(e.parentElement)) >= 3, `${name(e)}: focus is hardly seen`);
		if (e.matches("button,input,.act a,.also a,header a"))
			need(e.getBoundingClientRect().height >= 44, `${name(e)} is too small for a finger`);
	}
	if (focus !== document.body) focus.focus({ preventScroll: true });
	else document.activeElement.blur();

	need(document.documentElement.scrollWidth <= document.documentElement.clientWidth,
		`wider than the screen: ${document.documentElement.scrollWidth}`);
	return wrong.join("\n");
})()
