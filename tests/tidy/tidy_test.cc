// Rules of the house that a machine can check: who may include whom, which library lives where, how
// long a function may be. A finding names file, line, what was wrong and what is allowed.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/tidy/source_tree.h"

namespace bw::tidy {
namespace {

constexpr int kMaxFunctionLines = 70;
constexpr std::size_t kMaxMainLines = 20;

const std::vector<std::string>& Services() {
  static const std::vector<std::string> services{"gateway", "tool-service", "callback-service",
                                                 "event-store", "sandbox"};
  return services;
}

std::string Root() {
  const char* root = std::getenv("BW_SOURCE_DIR");
  return root == nullptr ? "." : root;
}

const std::vector<SourceFile>& Sources() {
  static const std::vector<SourceFile> sources = ReadSources(Root());
  return sources;
}

using Findings = std::vector<std::string>;

std::string At(const SourceFile& file, int line, const std::string& what) {
  return file.path + ":" + std::to_string(line) + ": " + what;
}

void ExpectNone(const Findings& findings) {
  std::string all;
  for (const std::string& finding : findings) all += finding + "\n";
  EXPECT_TRUE(findings.empty()) << all;
}

bool MatchesAny(const std::string& text, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return std::regex_search(text, std::regex(pattern));
  });
}

// ---- Who may include whom (first matching row decides).

struct LayerRule {
  std::string files;                 // regular expression over the path
  std::vector<std::string> allowed;  // regular expressions over the quoted include
};

std::vector<LayerRule> LayerRules() {
  std::vector<LayerRule> rules;
  for (const std::string& service : Services()) {
    const std::string own = "^\"" + service + "/";
    rules.push_back(
        {"^" + service + "/main\\.cc$", {own + "(app|config)\\.h", "^\"common/(process|config)/"}});
    rules.push_back({"^" + service + "/(app|config|metrics)\\.", {own, "^\"common/", "^\"bw/"}});
    rules.push_back({"^" + service + "/core/",
                     {own + "core/", "^\"common/(status|base64|clock|json|xml|bxml)/"}});
    rules.push_back(
        {"^" + service + "/",
         {own + "core/", own + "@folder/", own + "metrics\\.h", "^\"common/", "^\"bw/"}});
  }
  // rpc, http and http_client may see the rest of common, never the reverse.
  rules.push_back({"^common/(rpc|http|http_client)/", {"^\"common/"}});
  rules.push_back(
      {"^common/",
       {"^\"common/(status|base64|clock|config|log|metrics|json|xml|bxml|worker|process)/"}});
  rules.push_back({"^(standalone|tests)/", {".*"}});
  return rules;
}

std::string FolderOf(const std::string& path) {
  const std::size_t service = path.find('/');
  const std::size_t folder = path.find('/', service + 1);
  return folder == std::string::npos ? "" : path.substr(service + 1, folder - service - 1);
}

bool IsAllowed(const LayerRule& rule, const SourceFile& file, const std::string& target) {
  return std::any_of(rule.allowed.begin(), rule.allowed.end(), [&](std::string pattern) {
    const std::size_t placeholder = pattern.find("@folder");
    if (placeholder != std::string::npos) pattern.replace(placeholder, 7, FolderOf(file.path));
    return std::regex_search(target, std::regex(pattern));
  });
}

Findings CheckLayers(const std::vector<SourceFile>& sources) {
  Findings findings;
  const std::vector<LayerRule> rules = LayerRules();
  for (const SourceFile& file : sources) {
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const LayerRule& candidate) {
      return std::regex_search(file.path, std::regex(candidate.files));
    });
    if (rule == rules.end()) {
      findings.push_back(At(file, 1, "no layer owns this file; see the tree in README.md"));
      continue;
    }
    for (const Include& include : IncludesOf(file)) {
      if (include.target[0] == '"' && !IsAllowed(*rule, file, include.target)) {
        findings.push_back(At(file, include.line, "may not include " + include.target));
      }
    }
  }
  return findings;
}

// ---- Which library, function or word lives where.

struct QuarantineRule {
  std::string pattern;               // regular expression over the line
  bool in_includes;                  // over includes, otherwise over code
  std::vector<std::string> allowed;  // regular expressions over the path
  std::string reason;
};

std::vector<QuarantineRule> QuarantineRules() {
  const std::string tests = "^tests/";
  return {
      {"<pistache/", true, {"^common/http/", tests}, "Pistache lives in common/http"},
      {"<boost/", true, {"^common/http/", tests}, "Boost.Beast lives in common/http"},
      {"<curl/", true, {"^common/http_client/"}, "curl lives in common/http_client"},
      {"<sqlite3\\.h>",
       true,
       {"^event-store/sqlite/", tests},
       "SQLite lives in event-store/sqlite"},
      {"<hiredis/", true, {"^event-store/redis/"}, "hiredis lives in event-store/redis"},
      {"<pugixml", true, {"^common/xml/"}, "pugixml lives in common/xml"},
      {"<spdlog/", true, {"^common/log/"}, "spdlog lives in common/log"},
      {"<prometheus/", true, {"^common/metrics/"}, "prometheus-cpp lives in common/metrics"},
      {"<CLI/", true, {"^common/config/"}, "CLI11 lives in common/config"},
      {"<nlohmann/", true, {"^common/json/", "\\.h$"}, "JSON comes from common/json"},
      {"<grpcpp/",
       true,
       {"^common/rpc/", "^[a-z-]+/grpc/", "^standalone/", tests},
       "gRPC lives in common/rpc and */grpc"},
      {"<valijson/", true, {"^tests/support/"}, "valijson lives in tests/support"},
      {"<absl/", true, {"^common/"}, "abseil is hidden behind common/status and common/clock"},
      {"\\b(getenv|environ)\\b",
       false,
       {"^common/config/env\\.cc$", tests},
       "the environment is read in common/config/env.cc"},
      {"system_clock|\\bstd::time\\(|gettimeofday",
       false,
       {"^common/clock/", "^common/rpc/", "^[a-z-]+/grpc/", tests},
       "wall time comes from common/clock (gRPC deadlines are wall time by its interface)"},
      {"std::cout", false, {"^gateway/stdio/", tests}, "stdout belongs to gateway/stdio"},
      {"\\b(TODO|FIXME|XXX)\\b", false, {}, "finish it or write it into the plan"},
      {"\\busing namespace\\b", false, {}, "name what is used"},
  };
}

Findings CheckQuarantine(const std::vector<SourceFile>& sources) {
  Findings findings;
  for (const QuarantineRule& rule : QuarantineRules()) {
    const std::regex pattern(rule.pattern);
    for (const SourceFile& file : sources) {
      if (MatchesAny(file.path, rule.allowed)) continue;
      for (const Line& line : file.lines) {
        const bool is_include = line.code.rfind("#include", 0) == 0;
        if (is_include != rule.in_includes) continue;
        const std::string& where = is_include ? line.text : line.code;
        if (std::regex_search(where, pattern))
          findings.push_back(At(file, line.number, rule.reason));
      }
    }
  }
  return findings;
}

Findings CheckUnfinishedWork(const std::vector<SourceFile>& sources) {
  static const std::regex word("\\b(TODO|FIXME|XXX|HACK)\\b");
  Findings findings;
  for (const SourceFile& file : sources) {
    if (file.path == "tests/tidy/tidy_test.cc") continue;
    for (const Line& line : file.lines) {
      if (std::regex_search(line.text, word)) {
        findings.push_back(At(file, line.number, "unfinished work has no place in main"));
      }
    }
  }
  return findings;
}

// ---- Shape of files and functions.

Findings CheckFunctionLength(const std::vector<SourceFile>& sources) {
  Findings findings;
  for (const SourceFile& file : sources) {
    for (const Function& function : FunctionsOf(file)) {
      if (function.lines > kMaxFunctionLines) {
        findings.push_back(At(file, function.first_line,
                              "a function of " + std::to_string(function.lines) +
                                  " lines; at most " + std::to_string(kMaxFunctionLines) +
                                  " fit a screen"));
      }
    }
  }
  return findings;
}

Findings CheckFiles(const std::vector<SourceFile>& sources) {
  static const std::regex vague("(^|[/_])(util|utils|helper|helpers|manager|misc)([_.]|$)");
  Findings findings;
  for (const SourceFile& file : sources) {
    const bool guarded = std::any_of(file.lines.begin(), file.lines.end(), [](const Line& line) {
      return line.text.rfind("#pragma once", 0) == 0;
    });
    if (file.IsHeader() && !guarded) findings.push_back(At(file, 1, "#pragma once is missing"));
    if (std::regex_search(file.path, vague)) {
      findings.push_back(At(file, 1, "a name that says nothing; name what it does"));
    }
    if (file.path.ends_with("/main.cc") && !file.IsUnder("tests/") &&
        file.lines.size() > kMaxMainLines) {
      findings.push_back(At(file, 1, "main starts, app wires: at most 20 lines"));
    }
    for (const Include& include : IncludesOf(file)) {
      if (include.target.rfind("\"../", 0) == 0 || include.target.rfind("\"./", 0) == 0) {
        findings.push_back(At(file, include.line, "includes begin at the repository's root"));
      }
    }
  }
  return findings;
}

// A service library may link common and its contracts, never another service.
Findings CheckCmakeLinks() {
  Findings findings;
  const std::vector<std::string> libraries{"gateway_lib", "tool_service_", "callback_service_",
                                           "event_store_lib", "sandbox_lib"};
  for (const std::string& service : Services()) {
    std::string own = service;
    std::replace(own.begin(), own.end(), '-', '_');
    std::ifstream stream(Root() + "/" + service + "/CMakeLists.txt");
    std::string line;
    for (int number = 1; std::getline(stream, line); ++number) {
      for (const std::string& library : libraries) {
        if (library.rfind(own + "_", 0) != 0 && line.find(library) != std::string::npos) {
          findings.push_back(service + "/CMakeLists.txt:" + std::to_string(number) +
                             ": links another service (" + library + ")");
        }
      }
    }
  }
  return findings;
}

// Every fuzzer has inputs that ordinary CI replays.
Findings CheckCorpora(const std::vector<SourceFile>& sources) {
  Findings findings;
  for (const SourceFile& file : sources) {
    if (!file.path.ends_with("_fuzz.cc")) continue;
    const std::string corpus = Root() + "/" + file.path.substr(0, file.path.size() - 8) + "_corpus";
    if (!std::filesystem::is_directory(corpus) || std::filesystem::is_empty(corpus)) {
      findings.push_back(At(file, 1, "its corpus folder is missing or empty"));
    }
  }
  return findings;
}

TEST(Tidy, ReadsTheWholeTree) {
  EXPECT_GT(Sources().size(), 50u) << "BW_SOURCE_DIR does not point at the repository";
}

TEST(Tidy, DependencyRule) { ExpectNone(CheckLayers(Sources())); }
TEST(Tidy, Quarantine) { ExpectNone(CheckQuarantine(Sources())); }
TEST(Tidy, NoUnfinishedWork) { ExpectNone(CheckUnfinishedWork(Sources())); }
TEST(Tidy, FunctionsFitAScreen) { ExpectNone(CheckFunctionLength(Sources())); }
TEST(Tidy, Files) { ExpectNone(CheckFiles(Sources())); }
TEST(Tidy, ServicesDoNotLinkEachOther) { ExpectNone(CheckCmakeLinks()); }
TEST(Tidy, FuzzersHaveCorpora) { ExpectNone(CheckCorpora(Sources())); }

// ---- The rules themselves must be able to fail.

std::string RepeatedLines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "  Step();\n";
  return text;
}

TEST(TidyRules, SeeABrokenDependency) {
  const auto file = ParseSource("gateway/core/era.cc", "#include \"tool-service/core/tool.h\"\n");
  EXPECT_EQ(CheckLayers({file}).size(), 1u);
  const auto sibling = ParseSource("gateway/http/sse.cc", "#include \"gateway/stdio/loop.h\"\n");
  EXPECT_EQ(CheckLayers({sibling}).size(), 1u);
  const auto own = ParseSource("gateway/http/sse.cc", "#include \"gateway/http/sse.h\"\n");
  EXPECT_TRUE(CheckLayers({own}).empty());
  const auto logger = ParseSource("gateway/core/era.cc", "#include \"common/log/log.h\"\n");
  EXPECT_EQ(CheckLayers({logger}).size(), 1u);
}

TEST(TidyRules, SeeAnEscapedLibrary) {
  EXPECT_EQ(CheckQuarantine({ParseSource("gateway/http/a.cc", "#include <curl/curl.h>\n")}).size(),
            1u);
  EXPECT_EQ(CheckQuarantine({ParseSource("gateway/core/a.cc", "auto x = getenv(\"A\");\n")}).size(),
            1u);
  EXPECT_TRUE(
      CheckQuarantine({ParseSource("gateway/core/a.cc", "// getenv is elsewhere\n")}).empty());
}

TEST(TidyRules, CountFunctionLinesAtTheLimitAndOnePast) {
  const auto fits = ParseSource("a.cc", "void F() {\n" + RepeatedLines(68) + "}\n");
  EXPECT_TRUE(CheckFunctionLength({fits}).empty());
  const auto longer =
      ParseSource("a.cc", "void F(int a,\n       int b) const {\n" + RepeatedLines(68) + "}\n");
  EXPECT_EQ(CheckFunctionLength({longer}).size(), 1u);
  const auto type = ParseSource("a.cc", "struct S {\n" + RepeatedLines(100) + "};\n");
  EXPECT_TRUE(CheckFunctionLength({type}).empty());
}

TEST(TidyRules, LiteralsAndCommentsAreNotCode) {
  const auto file = ParseSource("a.cc",
                                "auto a = \"{ getenv(\"; /* { */ char c = '{';\n"
                                "auto r = R\"({{{)\"; int n = 1'000;\n");
  EXPECT_EQ(file.lines[0].code.find("getenv"), std::string::npos);
  EXPECT_EQ(file.lines[0].code.find('{'), std::string::npos);
  EXPECT_EQ(file.lines[1].code.find('{'), std::string::npos);
  EXPECT_NE(file.lines[1].code.find("1'000"), std::string::npos);
}

}  // namespace
}  // namespace bw::tidy
