import { folderOf, foldersUpwards, nameOf, within } from '../project-files.ts'
import type { BuiltGraph } from './build-graph.ts'
import { fileKind } from './file-kind.ts'
import type { SourceTree } from './tree.ts'

/** What changed, in the terms of the graph and of the rules. */
export interface ChangeSeeds {
  /** Files to follow through the graph, each with what is up with it: `changed`, `names data.json, which changed`. */
  files: Map<string, string>
  /** Folders of which every test is affected. */
  folders: { folder: string; reason: string }[]
  /** Reasons why every test of the tree is affected. */
  everything: string[]
  /** Reasons for projects that run documents as tests. */
  documents: string[]
}

/** Folder names that say nothing about what is in them. */
const GENERIC = new Set(['src', 'lib', 'test', 'tests', 'packages', 'apps', 'app', 'source'])

/** Applies the rules for each kind of file. */
export function changeSeeds(changed: readonly string[], tree: SourceTree, built: BuiltGraph): ChangeSeeds {
  const seeds: ChangeSeeds = {
    files: new Map(changed.map((path) => [path, 'changed'])),
    folders: [],
    everything: [],
    documents: [],
  }
  for (const path of changed) {
    const kind = fileKind(path)
    if (kind === 'lock' || kind === 'runtime') {
      affectFolder(seeds, tree, folderOf(path), `${path} changed, which decides what everything runs on`)
    } else if (kind === 'config') {
      affectFolder(
        seeds,
        tree,
        folderOf(path),
        `${path} changed, which configures ${folderOf(path) || 'the whole tree'}`,
      )
    } else if (kind === 'conftest') {
      seeds.folders.push({ folder: folderOf(path), reason: `${path} changed, which governs it` })
    } else if (kind === 'inert' || kind === 'data') {
      const users = usersOf(path, tree, built)
      for (const user of users) addSeed(seeds, user, `names ${path}, which changed`)
      if (kind === 'inert') seeds.documents.push(`${path} changed, and documents are tested here`)
      else if (users.length === 0 && !isReferenced(path, built)) {
        const home = tree.packageOf(folderOf(path))
        affectFolder(seeds, tree, home, `${path} changed, and nothing tells who depends on it`)
      }
    }
  }
  return seeds
}

/** At the top of the tree everything is affected; below, the folder's tests and whatever depends on a file of the folder. */
function affectFolder(seeds: ChangeSeeds, tree: SourceTree, folder: string, reason: string): void {
  if (folder === '') {
    seeds.everything.push(reason)
    return
  }
  seeds.folders.push({ folder, reason })
  for (const file of tree.files) {
    if (within(folder, file) !== undefined) addSeed(seeds, file, `is in ${folder}: ${reason}`)
  }
}

function addSeed(seeds: ChangeSeeds, path: string, why: string): void {
  if (!seeds.files.has(path)) seeds.files.set(path, why)
}

function isReferenced(path: string, built: BuiltGraph): boolean {
  return built.graph.reaching([path]).size > 1
}

/** Sources of the same package, or at the top, with a literal that could be a piece of this file's path. */
function usersOf(path: string, tree: SourceTree, built: BuiltGraph): string[] {
  const home = tree.packageOf(folderOf(path))
  const inside = within(home, path) ?? path
  const names = new Set([nameOf(path)])
  if (fileKind(path) === 'data') {
    names.add(nameOf(path).replace(/\.[^.]+$/, ''))
    for (const folder of foldersUpwards(folderOf(inside))) {
      if (folder !== '' && !GENERIC.has(nameOf(folder))) names.add(nameOf(folder))
    }
  }
  const users: string[] = []
  for (const [file, evidence] of built.evidence) {
    if (file === path || within(home, file) === undefined) continue
    const uses = [...evidence.literals, ...evidence.modules].some((literal) => {
      const bare = literal.replace(/^(?:\.\.?\/)+/, '').replace(/\/$/, '')
      return names.has(bare) || names.has(bare.slice(bare.lastIndexOf('/') + 1)) || isPieceOf(bare, inside)
    })
    if (uses) users.push(file)
  }
  return users
}

/** Whether a literal with a separator is whole components of a path; the last may lack its extension. */
function isPieceOf(literal: string, path: string): boolean {
  const piece = literal.replace(/^\//, '')
  if (!literal.includes('/') || piece === '') return false
  const at = `/${path}/`.indexOf(`/${piece}`)
  return at >= 0 && ['/', '.'].includes(`/${path}/`.charAt(at + piece.length + 1))
}
