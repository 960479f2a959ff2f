export {
  EditAmbiguousError,
  EditNotFoundError,
  EditsOverlapError,
  EmptyPatchError,
  MalformedPatchError,
  PatchFileExistsError,
  PatchFileMissingError,
  PatchTooLargeError,
} from './errors.ts'
export { type InlinePiece, inlineDiff } from './inline-diff.ts'
export { type JsonEdit, jsonEditSchema } from './json-kinds.ts'
export { type ParsedPatch, type ParsePatchOptions, parsePatch } from './parse-patch.ts'
export { type PatchFormat, patchFormats } from './patch-format.ts'
export { detectFormat } from './recognise.ts'
export { type RenderDiffOptions, renderDiff } from './render-diff.ts'
