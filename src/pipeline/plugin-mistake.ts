/** What a plugin says of itself and cannot be. Stops the start, naming the plugin. */
export class PluginMistake extends TypeError {
  readonly plugin: string;
  readonly key: string;
  readonly wanted: string;
  readonly got: string;

  constructor(plugin: string, key: string, wanted: string, got: string) {
    super(`plugin ${plugin}: ${key}: wanted ${wanted}, got ${got}`);
    this.name = "TypeError";
    this.plugin = plugin;
    this.key = key;
    this.wanted = wanted;
    this.got = got;
  }
}
