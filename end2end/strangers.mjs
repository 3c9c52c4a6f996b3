// What strangers write, for tests: texts that do harm where they are no text, a mark for each field
// that they are written into, and where what was written there is shown.

/** In the place of a formatted text, a title, a script, a text area, and an attribute. */
export const EVIL = [
  `'-(ran=1)-'{{ran=1}}\${ran=1}`,
  `</title><script>ran=1</script>`,
  `</textarea><svg onload=ran=1>`,
  `"><img src=x onerror=ran=1>`,
];
/** An address has no blank, and neither has a word of a file. */
export const BLANKLESS = "<svg/onload=ran=1>";

export const evil = (mark) => EVIL.map((text) => `${mark}${text}`);
export const evilEmail = (mark) => `${mark}"${BLANKLESS}@example.com`;

/** Screens of the desk, and documents of who is signed in and of who leads it. */
export const DESK = ["/chart/SPX", "/chain/SPX", "/volatility/SPX", "/exposure/SPX"];
export const [PLAN, RISK] = ["/plan/SPX?position=1_SPXW_15MAR24_5000C", "/positions/SPX"];
export const SETTINGS = ["profile", "appearance", "security", "programs", "data"]
  .map((part) => `/settings/${part}`);
export const LEADING = ["/people", "/people/usage", "/people/announcements", "/people/log"];
export const MEMBER = [...SETTINGS, "/account/second-factor"];
const of = (who, paths) => paths.map((path) => `${path}, ${who}`);

/** Where the field itself shows what is typed, or what is said of it. */
export const TYPED = "where it is typed";

/**
 * By its mark: the fields of the sources that it is written into (see text_fields.mjs), the places
 * that show it then, and those that have room for it on a wide screen alone.
 */
export const FIELDS = {
  an: {
    from: ["pages/announcements.rs: text"],
    on: [...DESK, PLAN, RISK, "/developers", "/people/announcements", "an open page"],
  },
  nm: {
    from: ["pages/settings/profile.rs: name"],
    on: [...SETTINGS, ...LEADING, "an invitation"],
  },
  ne: {
    from: ["pages/settings/profile.rs: New e-mail address"],
    on: ["/people", "/people/usage", "/people/log"],
  },
  iv: { from: ["pages/people.rs: E-mail"], on: ["/people", "an invitation"] },
  jn: {
    from: [
      "pages/people.rs: E-mail that was invited",
      "pages/settings/security/password.rs: email",
    ],
    on: [...of("a member", SETTINGS), "/people", "/people/usage", "/people/log"],
  },
  ky: { from: ["pages/settings/programs.rs: name"], on: ["/settings/programs"] },
  pk: { from: ["pages/passkeys.rs: name"], on: ["/settings/security"] },
  // Programs name positions as well, and what they kept stands where the builder's does.
  ps: { from: [], on: [RISK], wide: DESK },
  rn: { from: ["components/positions_table.rs: Name"], on: [RISK, "the table"], wide: DESK },
  kp: { from: ["components/plan_head.rs: keep_menu"], on: ["a toast", "what is planned"] },
  wl: { from: ["components/watch_menu.rs: new-list"], on: ["the menu of lists"] },
  wr: {
    from: ["components/watch_menu.rs: list-name"],
    on: ["the menu of lists", "the list"],
    wide: [...DESK, PLAN, RISK],
  },
  fi: { from: ["components/watch_menu.rs: A file of tickers"], on: ["a toast"] },
  ly: { from: ["components/layout_menu.rs: layout-name"], on: ["the menu of layouts"] },
  no: { from: ["components/drawing_menus.rs: Words of the note"], on: [TYPED, "the drawings"] },
  ss: { from: ["pages/desk/top_bar.rs: Search symbol"], on: [TYPED] },
  as: { from: ["pages/desk.rs: Add a symbol"], on: [TYPED] },
  pa: { from: ["components/palette.rs: Symbol, timeframe or command"], on: [TYPED] },
  gl: { from: ["components/glossary.rs: Search the glossary"], on: [TYPED] },
  in: { from: ["components/chart_menus.rs: Search indicators"], on: [TYPED] },
  sn: { from: ["components/chart_menus.rs: number_field"], on: [TYPED] },
  nt: { from: ["components/plan_head.rs: -2 SPXW 20NOV26 5900/5890P @1.25"], on: [TYPED] },
  pc: {
    from: ["components/plan_head.rs: Price of one in points, less than nothing for a credit"],
    on: [TYPED],
  },
  qt: { from: ["components/plan_legs.rs: quantity_cell"], on: [TYPED] },
  sk: { from: ["components/plan_legs.rs: strike_cell"], on: [TYPED] },
  am: {
    from: ["Fees, $", "Fees, $, 2", "Fees, $, 3", "Paid, $", "Paid, $, 2", "Received, $",
      "Received, $, 2", "Units"].map((label) => `components/positions_table.rs: ${label}`),
    on: [TYPED],
  },
  // They have 16 letters, which is less than any harm takes.
  ac: { from: ["components/plan_size.rs: Account, $", "components/plan_size.rs: Risk"], on: [] },
  // What is refused stands in the form again; what proves something does not.
  si: { from: ["pages/account.rs: E-mail"], on: ["/sign-in"] },
  jo: { from: ["pages/people.rs: E-mail that was invited"], on: ["/join"] },
  fo: { from: ["pages/password_reset.rs: E-mail"], on: ["/forgot"] },
  re: { from: ["pages/password_reset.rs: E-mail, 2"], on: ["/reset"] },
  co: {
    from: ["pages/account.rs: code", "pages/people.rs: Code",
      "pages/password_reset.rs: Code from the mail", "pages/account.rs: Code that the app shows"],
    on: [],
  },
};

/** Of a desk that has no account yet, or asks its first one for a second factor. */
export const FIRST = {
  su: { from: ["pages/account.rs: E-mail, 2"], on: ["/set-up"] },
  pr: { from: ["pages/settings/protect.rs: E-mail"], on: ["/settings/protect"] },
  fd: { from: ["pages/demanded_factor.rs: email"], on: ["/account/second-factor"] },
  st: {
    from: ["pages/account.rs: Set-up token", "pages/restore.rs: Set-up token",
      "pages/restore.rs: file"],
    on: [],
  },
};

/** What nobody writes into by these names, or nobody is shown. */
export const OTHERS = [
  // Written by the calls that are named above.
  "components/menu.rs: name_form",
  "components/plan_size.rs: panel",
  "components/positions_table.rs: field",
  "components/symbol_search.rs: SymbolSearch",
  "pages/document.rs: field",
  // The desk writes it, of what was planned.
  "components/plan_order.rs: Order",
  // A code after an issuer, which is asked for like that of a sign-in.
  "pages/identity.rs: code",
  // Samples of the product's own.
  "pages/styleguide.rs: Closed",
  "pages/styleguide.rs: Filled",
  "pages/styleguide.rs: Focused",
  "pages/styleguide.rs: Search symbol",
  "pages/styleguide.rs: Wrong",
];

/** What a field holds that has a mark. */
export const textsOf = (mark) => [...evil(mark), evilEmail(mark), `${mark}${BLANKLESS}`];

/** What a place of the table tells. */
export const marksOn = (place, isWide = true, fields = FIELDS) =>
  Object.keys(fields).filter((mark) => {
    const { on, wide = [] } = fields[mark];
    return on.includes(place) || (isWide && wide.includes(place));
  });
