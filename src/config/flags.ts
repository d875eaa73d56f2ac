/** Flags that are settings, with the setting that each is. */
export const settingFlags = { host: "host", port: "port", plugins: "plugins_dir" } as const;
export type SettingFlag = keyof typeof settingFlags;

/** The flag of a setting, without its hyphens; undefined: it has none. */
export function flagOf(setting: string): string | undefined {
  return Object.entries(settingFlags).find(([, key]) => key === setting)?.[0];
}
