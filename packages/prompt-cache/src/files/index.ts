export { FileCacheStore, type FileCacheStoreOptions } from './file-cache-store.ts'
