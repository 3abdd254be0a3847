// VitePress' own theme with the system's fonts and the colours of the site, and a way back to its pages.

import { useData } from "vitepress";
import theme from "vitepress/theme-without-fonts";
import { h } from "vue";
import "./style.css";

/** The site lies above the docs, wherever that is; `_self`, or the router would look for a page of the docs. */
const pages = {
  setup() {
    const { page } = useData();
    return () => {
      const up = "../".repeat(page.value.relativePath.split("/").length);
      return h("a", { class: "pages", href: up, target: "_self" }, "Pages");
    };
  },
};

export default { ...theme, Layout: () => h(theme.Layout, null, { "nav-bar-content-before": () => h(pages) }) };
