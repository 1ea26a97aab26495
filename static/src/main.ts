import "@tabler/core/dist/css/tabler.css";
import "./css/fonts.css";
import "./css/tokens.css";
import "./css/base.css";
import "./css/shell.css";
import "./css/components.css";
import "./css/menus.css";
import "./css/forms.css";
import "./css/form-components.css";
import "./css/lists.css";
import "./css/summaries.css";
import "./css/request.css";
import "./css/flows.css";
import "./css/wizard.css";
import "./css/proposals.css";
import "./css/board.css";
import "./css/imports.css";
import "./css/graph.css";
import "./css/cases.css";
import "./css/rules.css";
import "./css/settings.css";
import "./css/draft.css";
import "./css/design.css";
import "./css/form-settings.css";
import "./css/form-designer.css";
import "./css/print.css";

import { startAddress } from "./lib/address";
import { startHtmx } from "./lib/htmx";
import { defineIslands } from "./lib/islands";
import { startMenus } from "./lib/menus";
import { startSent } from "./lib/sent";
import { startTabs } from "./lib/tabs";

startAddress();
startHtmx();
startMenus();
startSent();
startTabs();
defineIslands({
  "cs-theme": () => import("./islands/theme-switch"),
  "cs-toast": () => import("./islands/toast"),
  "cs-copy": () => import("./islands/copy"),
  "cs-tick-all": () => import("./islands/tick-all"),
  "cs-list-keys": () => import("./islands/list-keys"),
  "cs-decision": () => import("./islands/decision"),
  "cs-combobox": () => import("./islands/combobox"),
  "cs-step-form": () => import("./islands/step-form"),
  "cs-computed": () => import("./islands/computed"),
  "cs-lookup": () => import("./islands/lookup"),
  "cs-location": () => import("./islands/location"),
  "cs-photo": () => import("./islands/photo"),
  "cs-signature": () => import("./islands/signature"),
  "cs-unsaved": () => import("./islands/unsaved"),
  "cs-chart": () => import("./islands/chart"),
  "cs-draft": () => import("./islands/draft-state"),
  "cs-graph-canvas": () => import("./islands/graph-canvas"),
  "cs-dialog": () => import("./islands/dialog"),
  "cs-form-canvas": () => import("./islands/form-canvas"),
  "cs-form-matrix": () => import("./islands/form-matrix"),
});
