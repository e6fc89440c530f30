#include "tests/tidy/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

namespace bw::tidy {
namespace {

namespace fs = std::filesystem;

// Blanks comments and literals line by line; remembers an open block comment or raw string.
class Stripper {
 public:
  std::string Strip(const std::string& text) {
    std::string code;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (!raw_end_.empty()) {
        const std::size_t end = text.find(raw_end_, i);
        if (end == std::string::npos) return code;
        i = end + raw_end_.size() - 1;
        raw_end_.clear();
        code += '"';
      } else if (in_comment_) {
        const std::size_t end = text.find("*/", i);
        if (end == std::string::npos) return code;
        i = end + 1;
        in_comment_ = false;
      } else if (text.compare(i, 2, "//") == 0) {
        return code;
      } else if (text.compare(i, 2, "/*") == 0) {
        in_comment_ = true;
        ++i;
      } else if (text.compare(i, 2, "R\"") == 0) {
        const std::size_t open = text.find('(', i);
        raw_end_ = ")" + text.substr(i + 2, open - i - 2) + "\"";
        i = open;
        code += '"';
      } else if (text[i] == '"' || (text[i] == '\'' && !IsDigitSeparator(text, i))) {
        code += text[i];
        i = SkipLiteral(text, i);
        code += text[std::min(i, text.size() - 1)];
      } else {
        code += text[i];
      }
    }
    return code;
  }

 private:
  static bool IsDigitSeparator(const std::string& text, std::size_t i) {
    return i > 0 && std::isxdigit(static_cast<unsigned char>(text[i - 1])) != 0 &&
           i + 1 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0;
  }

  static std::size_t SkipLiteral(const std::string& text, std::size_t open) {
    std::size_t i = open + 1;
    while (i < text.size() && text[i] != text[open]) i += text[i] == '\\' ? 2 : 1;
    return i;
  }

  bool in_comment_ = false;
  std::string raw_end_;
};

bool StartsControl(const std::string& statement) {
  static const std::regex control(
      R"(^\s*(\}\s*)?(if|for|while|switch|else|do|try|catch|namespace|class|struct|enum|union|extern|return|case|default)\b)");
  return std::regex_search(statement, control);
}

// A function's body opens behind its parameter list and what may follow it; `= {` and `[] {` do
// not.
bool OpensFunction(const std::string& statement) {
  static const std::regex body(
      R"(\)\s*(const|override|final|noexcept|mutable|&|->\s*[\w:<>,&* ]+|:\s.*)*\s*$)");
  return !StartsControl(statement) && std::regex_search(statement, body) &&
         statement.find('=') == std::string::npos;
}

}  // namespace

bool SourceFile::IsUnder(const std::string& folder) const { return path.rfind(folder, 0) == 0; }

bool SourceFile::IsHeader() const { return path.size() > 2 && path.ends_with(".h"); }

SourceFile ParseSource(std::string path, const std::string& text) {
  SourceFile file{std::move(path), {}};
  Stripper stripper;
  std::istringstream stream(text);
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    file.lines.push_back({number, stripper.Strip(line), line});
  }
  return file;
}

std::vector<SourceFile> ReadSources(const std::string& root) {
  std::vector<SourceFile> files;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::end(entry); ++entry) {
    const std::string name = entry->path().filename().string();
    if (entry->is_directory() && (name == "build" || name.starts_with("."))) {
      entry.disable_recursion_pending();
      continue;
    }
    const std::string extension = entry->path().extension().string();
    if (!entry->is_regular_file() || (extension != ".h" && extension != ".cc")) continue;
    std::ifstream stream(entry->path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(stream)),
                           std::istreambuf_iterator<char>());
    files.push_back(ParseSource(fs::relative(entry->path(), root).string(), text));
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<Include> IncludesOf(const SourceFile& file) {
  static const std::regex include(R"(^\s*#\s*include\s*(["<][^">]+[">]))");
  std::vector<Include> includes;
  for (const Line& line : file.lines) {
    std::smatch match;
    if (std::regex_search(line.text, match, include)) includes.push_back({line.number, match[1]});
  }
  return includes;
}

std::vector<Function> FunctionsOf(const SourceFile& file) {
  std::vector<Function> functions;
  std::string statement;
  int statement_line = 0;
  int depth = 0;
  int body_depth = -1;  // the depth outside the function being read, or -1
  for (const Line& line : file.lines) {
    if (!line.code.empty() && line.code[0] == '#') continue;
    for (const char c : line.code) {
      if (c == '{') {
        if (body_depth < 0 && OpensFunction(statement)) {
          body_depth = depth;
          functions.push_back({statement_line, 0});
        }
        ++depth;
        statement.clear();
      } else if (c == '}') {
        --depth;
        if (depth == body_depth) {
          functions.back().lines = line.number - functions.back().first_line + 1;
          body_depth = -1;
        }
        statement.clear();
      } else if (c == ';') {
        statement.clear();
      } else {
        if (statement.find_first_not_of(" \t\n") == std::string::npos && c != ' ') {
          statement_line = line.number;
        }
        statement += c;
      }
    }
    statement += '\n';
  }
  return functions;
}

}  // namespace bw::tidy
