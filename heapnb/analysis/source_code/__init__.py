"""Source code of the program: parsed, resolved by scope and class, searched for operations.

Everything here works on texts alone and answers with places; it knows no heap. The extra ``source``
has the parser. From below to above:

- `parse`, `syntax`: files as syntax trees, and what stands around a node.
- `declarations`, `scopes`: which declaration a name refers to.
- `program`: the files, what they import and export.
- `classes`, `calls`: which class or function an expression denotes, and who calls a function.
- `targets`: the question, as hops from a variable, a class or the global object to an object.
- `levels`, `tracker`, `properties`, `seeds`, `propagation`, `flow`: what denotes the object at each
  hop, and what the program does with it.
- `method_names`, `search`, `effects`, `handovers`, `undoing`, `operations`: which of that adds to
  the object, and which removes from it.
"""
