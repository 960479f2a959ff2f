export const rubyQuery = `
(method name: (_) @name) @definition.method
(singleton_method name: (_) @name) @definition.method
(class name: (_) @name) @definition.class
(module name: (_) @name) @definition.module
(assignment left: (constant) @name) @definition.variable
(call
  !receiver
  method: (identifier) @_call
  arguments: (argument_list . (string))
  (#any-of? @_call "require" "require_relative" "load")) @import
(comment) @comment
`
