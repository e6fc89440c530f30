// The project's sources as text, for rules a machine can check.
#pragma once

#include <string>
#include <vector>

namespace bw::tidy {

struct Line {
  int number = 0;
  /// Without comments; the contents of string and character literals are blanked.
  std::string code;
  /// As written.
  std::string text;
};

struct SourceFile {
  /// From the repository root: "gateway/core/era.cc".
  std::string path;
  std::vector<Line> lines;

  bool IsUnder(const std::string& folder) const;
  bool IsHeader() const;
};

struct Include {
  int line = 0;
  /// With its delimiters: "\"common/json/json.h\"" or "<vector>".
  std::string target;
};

/// Every .h and .cc below `root` outside build/, in order of path.
std::vector<SourceFile> ReadSources(const std::string& root);
SourceFile ParseSource(std::string path, const std::string& text);
std::vector<Include> IncludesOf(const SourceFile& file);

struct Function {
  int first_line = 0;
  int lines = 0;
};
/// Function bodies, found by shape: a body opens behind a parameter list and is no control
/// statement.
std::vector<Function> FunctionsOf(const SourceFile& file);

}  // namespace bw::tidy
