/** `auto` finds out; `whole` is files in full. */
export const patchFormats = ['unified', 'search-replace', 'begin-patch', 'json', 'whole'] as const
export type PatchFormat = (typeof patchFormats)[number]
