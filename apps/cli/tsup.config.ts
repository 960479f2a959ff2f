import { packageBuild } from '../../tsup.shared.ts'

// `main` is the program itself: built, named by `bin`, imported by nobody.
export default packageBuild({
  entry: { index: 'src/index.ts', main: 'src/main.ts' },
  dts: { entry: { index: 'src/index.ts' } },
})
