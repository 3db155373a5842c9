// Builds a house page out of what /api/house/<id> answers, for the pages that come without facts.
const make = (tag, options = {}, ...children) => {
  const { text, ...attributes } = options;
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  node.append(...children.filter(Boolean));
  return node;
};

const section = (name, title, ...children) =>
  make("section", { class: name }, make("h2", { text: title }), ...children);

const table = (head, rows) =>
  make("table", {},
    make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { text })))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((text) => make("td", { text }))))));

const header = () =>
  make("header", { class: "site-header" },
    make("div", { class: "wide" },
      make("a", { class: "brand", href: "/", text: "Homestead" }),
      make("nav", {}, make("a", { href: "/", text: "Buy" }), make("a", { href: "/", text: "Sold" }))));

const gallery = (v) =>
  make("section", { class: "gallery", "aria-label": "Photos" },
    ...v.photos.map((photo, at) =>
      make("figure", {}, make("img", { src: photo.large, alt: `${v.address} – photo ${at + 1}` }))));

const glance = (v) =>
  make("ul", { class: "glance" },
    ...v.glance.map(([value, unit]) => make("li", {}, make("strong", { text: value }), ` ${unit}`)));

const facts = (v) =>
  section("facts", "Facts and features", ...v.groups.map((group) =>
    make("div", { class: "group" }, make("h3", { text: group.title }),
      make("dl", {}, ...group.lines.flatMap(([label, value]) =>
        [make("dt", { text: label }), make("dd", { text: value })])))));

const schools = (v) =>
  section("schools", "Nearby schools", table(["School", "Level", "Grades", "Rating", "Distance"],
    v.schools.map((one) => [one.name, one.level, one.grades, one.rating, one.distance])));

const worth = (v) =>
  section("side worth", "Home value", ...v.worth.map(([label, value]) =>
    make("p", {}, make("span", { text: label }), " ", make("strong", { text: value }))));

const agent = (v) =>
  section("side agent", "Listed by", make("p", { class: "agent-name", text: v.agent.name }),
    make("p", { class: "agent-office", text: v.agent.office }), make("p", { text: v.agent.phone }),
    make("p", { text: v.agent.email }));

const card = (one) =>
  make("article", { class: "card" }, make("a", { href: one.url },
    make("div", { class: "card-photo" }, one.photo && make("img", { src: one.photo, alt: "" }),
      make("span", { class: "badge", text: one.badge })),
    make("div", { class: "card-text" }, make("p", { class: "card-price", text: one.price }),
      make("p", { class: "card-facts", text: one.facts }),
      make("p", { class: "card-address", text: one.address }))));

const page = (v) =>
  make("main", { class: "wide house" }, gallery(v),
    make("div", { class: "columns" },
      make("div", { class: "own" },
        make("section", { class: "top" },
          make("span", { class: `badge ${v.badge.toLowerCase().replace(" ", "-")}`, text: v.badge }),
          make("p", { class: "headline", text: v.headline }),
          make("h1", { text: v.address }), glance(v)),
        section("about", "About this home", make("p", { class: "description", text: v.about })),
        facts(v),
        v.history.length && section("history", "Price history", table(["Date", "Event", "Price"], v.history)),
        v.taxes.length && section("tax-history", "Public tax history",
          table(["Year", "Property taxes", "Tax assessment"], v.taxes)),
        v.schools.length && schools(v)),
      make("aside", {}, worth(v), v.agent && agent(v))),
    section("similar", "Similar homes", make("div", { class: "cards" }, ...v.similar.map(card))));

const app = document.getElementById("app");
const answer = await fetch(`/api/house/${app.dataset.house}`);
if (answer.ok) {
  const { view } = await answer.json();
  document.title = `${view.address} | Homestead`;
  app.replaceChildren(header(), page(view));
} else {
  app.replaceChildren(make("p", { class: "loading", text: "This home could not be loaded." }));
}
