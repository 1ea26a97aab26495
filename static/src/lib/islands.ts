/** A module of an island; its class becomes the custom element. */
export interface IslandModule {
  default: CustomElementConstructor;
}

export type Loaders = Record<string, () => Promise<IslandModule>>;

/** Loads the module of every island that stands on the page, now and after each swap by htmx. */
export function defineIslands(loaders: Loaders, page: Document = document): void {
  const load = (): void => {
    for (const [tag, loader] of Object.entries(loaders)) {
      if (customElements.get(tag) === undefined && page.querySelector(tag) !== null) void define(tag, loader);
    }
  };
  load();
  page.addEventListener("htmx:load", load);
}

const loading = new Map<string, Promise<void>>();

function define(tag: string, loader: () => Promise<IslandModule>): Promise<void> {
  const known = loading.get(tag);
  if (known) return known;
  const started = loader().then((module) => {
    if (customElements.get(tag) === undefined) customElements.define(tag, module.default);
  });
  loading.set(tag, started);
  return started;
}

/** The state that the server wrote beside an island: the `<script type="application/json">` inside it. */
export function stateOf<State>(island: Element): State {
  const holder = island.querySelector('script[type="application/json"]');
  if (!holder?.textContent) throw new Error(`<${island.localName}> has no state`);
  return JSON.parse(holder.textContent) as State;
}
