/** Every cap of the project, with the reason. A reader that reaches one says so; nothing grows without bound. */
export const limits = {
  /** Real modules stay below 60 MB (a GPU driver); debug builds below 300 MB. */
  moduleBytes: 512 * 1024 * 1024,
  /** Unpacked size of one compressed module or file: keeps a bomb from filling memory. */
  unpackedBytes: 512 * 1024 * 1024,
  /** Distribution modules have up to 200 sections; -ffunction-sections builds tens of thousands. */
  elfSections: 100_000,
  /** Largest symbol table entry count that is read (a whole vmlinux has 200,000). */
  elfSymbols: 2_000_000,
  /** One table of a module (names, modinfo, versions): the largest real ones have 3 MB. */
  elfTableBytes: 64 * 1024 * 1024,
  /** Symbol and section names; the kernel's own limit for a symbol is 512. */
  elfNameBytes: 4096,
  /** A Module.symvers has 25,000 to 30,000 lines of about 70 bytes. */
  symversBytes: 64 * 1024 * 1024,
  /** A .config has about 10,000 lines. */
  configBytes: 8 * 1024 * 1024,
  /** Linux has 1,700 Kconfig files of 6.5 MB for all architectures together. */
  kconfigFiles: 4_000,
  kconfigBytes: 32 * 1024 * 1024,
  /** Names offered at once; the editor asks again as the word grows. */
  completions: 200,
  /** Lines of a log that are explained; a boot loop can write the same line for hours. */
  logFindings: 2_000,
  /** The kernel prints at most 1,024 characters a line; what is longer is no log. */
  logLineCharacters: 4_096,
  /** Files, and folders a level, that are searched for pinned versions; a project has some dozens. */
  pinFiles: 400,
  pinFolders: 100,
  pinBytes: 256 * 1024,
  /** Lines of make that are followed in one Makefile with its includes and loops; a large driver has 3,000. */
  makeStatements: 50_000,
  makeIncludes: 64,
  makeDepth: 60,
  /** Kconfig trees kept in memory, about 40 MB each. */
  kconfigTrees: 2,
  /** Configurations whose calculated values are kept between edits, about 3 MB each. */
  kconfigDocuments: 4,
  /** Findings about values that Kconfig would change, of one configuration; one wrong line can change thousands. */
  configFindings: 200,
  /** Scripts, Makefiles and pins that a person wrote. */
  textBytes: 8 * 1024 * 1024,
  /** Scripts in one host file; the largest workflows have some hundred steps. */
  embeddedScripts: 5_000,
  /** A longer line is data, not script. */
  scriptLine: 64 * 1024,
  /** Text of one script, lines of data left out. */
  scriptCharacters: 4 * 1024 * 1024,
  /** Parse time of one script. A 5,000-line script takes 60 ms cold; junk and hostile nesting can take minutes. */
  shellParseMs: 1_000,
  /** Depth of nested substitutions, blocks and lists that is followed; people write less than 30. */
  shellNesting: 150,
  /** Readings of one word or command that are followed (values of a loop, of both branches). */
  shellAlternatives: 48,
  /** Simple commands followed in one script, calls and loops unrolled; a long script runs some thousand. */
  shellCommands: 50_000,
  /** Calls within calls and scripts within scripts. */
  shellDepth: 24,
  /** Text that commands print into a pipe or a file, as far as it is kept. */
  shellOutputCharacters: 512 * 1024,
  /** Writes to one file of apt preferences whose text is put together. */
  preferenceWrites: 400,
  /** Calls of one function with the same arguments: variables may differ between them, but seldom do. */
  shellSameCalls: 3,
  /** Package names whose answer a policy keeps. */
  policyAnswers: 20_000,
  /** Statements below which a script is parsed as a whole after an edit: that is fast, and always right. */
  shellPatchStatements: 20,
  /** Words that braces and arrays make of one; beyond it braces stay as written. Nested in a row they double each time. */
  shellListWords: 4_096,
  /** Parts of one word: values put into values double each time. What lies beyond is not known. */
  shellWordParts: 1_024,
  /** Words of all readings of one command together; a real command has some dozens in a few readings. */
  shellReadWords: 4_096,
  /** Statements visited in one script, calls unrolled: keeps mutual recursion from growing without end. */
  shellSteps: 200_000,
  /** Text of statements kept parsed between edits: some dozens of large scripts. */
  shellCacheCharacters: 4 * 1024 * 1024,
  /** Syntax trees kept for incremental parsing: one for each open script, and some. */
  shellTrees: 32,
  /** Names taken from one directory: the largest of a kernel tree has 2,500, of a rootfs 5,000. */
  directoryEntries: 20_000,
  /** Directories that one search for modules and targets reads in a workspace folder. */
  discoveryDirectories: 4_000,
  /** Depth below the workspace folder; L4T's out-of-tree modules lie nine levels deep. */
  discoveryDepth: 14,
  /** Modules and targets together that a search keeps; a rootfs has 4,000 modules. */
  discoveryModules: 20_000,
  /** A search that takes longer runs on a slow disk: it stops and says so. */
  discoveryMs: 10_000,
  /** Provider modules (`extra/`, `updates/`) whose exports are read when they have no Module.symvers. */
  providerModules: 64,
  /** Runs of the loader's checks for one verdict: one per combination of missing facts that matters. */
  loaderWorlds: 256,
  /** Searches for similarly named exports in one run: each walks all of a target's 25,000. */
  similarSymbolSearches: 3,
  /** An unpacked distribution kernel has up to 70 MB; a packed one less. */
  kernelImageBytes: 256 * 1024 * 1024,
  /** Places in a kernel image that look like packed data and are tried; the right one is among the first few. */
  kernelImagePayloads: 32,
  /** BTF of a kernel has 4 to 6 MB. */
  btfBytes: 64 * 1024 * 1024,
  /** Certificates in one file or list; distributions with many vendor keys have some dozens. */
  certificates: 256,
  /** A file of certificates in DER or PEM. */
  certificateBytes: 1024 * 1024,
  /** Packed contents of a package: kernel images with all modules have up to 110 MB. */
  packageBytes: 256 * 1024 * 1024,
  /** One block of a package's xz data; xz writes blocks of three dictionaries, 24 MB by default. */
  archiveBlockBytes: 256 * 1024 * 1024,
  /** Files listed of one package; a headers package has 15,000. */
  archiveEntries: 200_000,
  /** One long name or pax record of a tar archive. */
  tarExtensionBytes: 64 * 1024,
  /** Targets that a module is compared with at once, in the editor and to choose the one that fits most modules. */
  comparedTargets: 16,
  /** Findings of one rule that the Problems panel lists of one module; the module's own page has them all. */
  findingsPerRule: 20,
  /** Modules of the workspace that are asked what they import, for "who uses this symbol". */
  importers: 256,
  /** Folders that one operand of the command line may hold; a root file system has some thousands. */
  moduleFolders: 100_000,
  /** Output kept of one program, for its failure to be explained; all of it goes to the terminal. */
  processOutput: 256 * 1024,
  /** Files that the inputs of one build phase may name; a vendor kernel's overlay has some thousands. */
  phaseInputFiles: 20_000,
  /** Folders walked to expand the globs of one phase. */
  phaseInputFolders: 5_000,
  /** Input files above this are told apart by size and time, not by their bytes. */
  phaseInputBytes: 64 * 1024 * 1024,
  /** A value of a configuration kept in a build's record; a longer one is kept as its hash. */
  stampValueCharacters: 120,
  /** A record of one build: a .config has 10,000 values. */
  stampBytes: 16 * 1024 * 1024,
  /** Folders looked at to find out how a project is built. */
  pipelineFolders: 400,
  /** Log of a build that is kept: all of a module's, the end of a kernel's. */
  buildLogCharacters: 4 * 1024 * 1024,
  /** Errors and warnings of one build that are listed; the log has all. */
  buildProblems: 500,
  /** Modules that are not clean which the editor lists of one tree; in a tree of another kernel all are. */
  verifiedModules: 2_000,
  /** A module read whole to be checked; larger ones are read in parts. */
  heldFileBytes: 32 * 1024 * 1024,
  /** Modules of one scan that are not clean and reported with all findings; of the rest each rule's first is kept. */
  fullReports: 10_000,
  /** Mistakes in a vermagic.json that the verdict before flashing tells; all are told beside it. */
  projectReasons: 5,
  /** A report of one scan that is merged with others; one of 4,000 refused modules has some 30 MB. */
  reportBytes: 256 * 1024 * 1024,
} as const;
