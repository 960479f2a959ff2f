export const pythonQuery = `
(function_definition name: (identifier) @name) @definition.function
(class_definition name: (identifier) @name) @definition.class
(module (expression_statement (assignment left: (identifier) @name)) @definition.variable)
(class_definition body: (block (expression_statement (assignment left: (identifier) @name)) @definition.field))
(import_statement) @import
(import_from_statement) @import
(comment) @comment
(module . (expression_statement (string) @comment))
(function_definition body: (block . (expression_statement (string) @comment)))
(class_definition body: (block . (expression_statement (string) @comment)))
`
