// VitePress' own theme with the system's fonts and the colours of the site.

import theme from "vitepress/theme-without-fonts";
import "./style.css";

export default theme;
