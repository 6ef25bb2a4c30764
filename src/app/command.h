#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "app/exit_code.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"

namespace CLI {
class App;
}

namespace bedplate {

/// What every verb is given.
struct CommandContext {
  FileSystem& files;
  const Clock& clock;
};

/// A verb that was chosen and whose arguments are read, ready to run.
using Verb = std::function<Result<ExitCode>()>;

/// Each declares one verb with its options on `root`; when the command line names it, `chosen` is
/// set. `context` must outlive `chosen`.
void AddInit(CLI::App& root, CommandContext& context, Verb& chosen);
void AddServe(CLI::App& root, CommandContext& context, Verb& chosen);
void AddApply(CLI::App& root, CommandContext& context, Verb& chosen);
void AddExport(CLI::App& root, CommandContext& context, Verb& chosen);
void AddImport(CLI::App& root, CommandContext& context, Verb& chosen);
void AddSql(CLI::App& root, CommandContext& context, Verb& chosen);
void AddValue(CLI::App& root, CommandContext& context, Verb& chosen);
void AddCheck(CLI::App& root, CommandContext& context, Verb& chosen);
void AddCompact(CLI::App& root, CommandContext& context, Verb& chosen);
void AddDelete(CLI::App& root, CommandContext& context, Verb& chosen);
void AddBackup(CLI::App& root, CommandContext& context, Verb& chosen);
void AddRestore(CLI::App& root, CommandContext& context, Verb& chosen);
void AddSources(CLI::App& root, CommandContext& context, Verb& chosen);
void AddSecret(CLI::App& root, CommandContext& context, Verb& chosen);
void AddToken(CLI::App& root, CommandContext& context, Verb& chosen);
void AddDemo(CLI::App& root, CommandContext& context, Verb& chosen);
void AddSimulate(CLI::App& root, CommandContext& context, Verb& chosen);

/// Adds `--data DIR` (or BEDPLATE_DATA_DIR), which nearly every verb has.
void AddDataOption(CLI::App& verb, std::string& directory);

/// Writes to standard output; a closed pipe ends the program quietly, as `| head` expects. A
/// terminal gets it Printable, anything else as it is.
void PrintOut(std::string_view text);
/// Writes a line to standard error, Printable.
void PrintNote(std::string_view line);

/// kNotFound for a name that cannot be one segment of a path, and so names nothing.
Status CheckName(std::string_view what, std::string_view name);

/// One word of a command line that a person can paste into a shell, in quotes where it needs them.
std::string ShellWord(std::string_view text);

/// `35040` as `35,040`.
std::string GroupDigits(std::uint64_t number);

/// `1 row`, `35,040 rows`: a number with its noun, whose plural is made with an s.
std::string Count(std::uint64_t number, std::string_view noun);

}  // namespace bedplate
