// Questions as people put them, and the tool that answers each: it must be among the first five.
#include "tests/tool-service/tool_questions.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/tool-service/builtin/toolkit.h"
#include "tool-service/core/tool_index.h"
#include "tool-service/openapi/catalogue_loader.h"

namespace bw::tool_service {
namespace {

constexpr std::size_t kLooked = 5;

std::shared_ptr<const Catalogue> Everything() {
  static Toolkit kit;
  static FakeHttpClient http;
  static FakeClock clock;
  kit.Get("");
  std::vector<CatalogueEntry> entries = MakeBuiltinTools(kit.backends);
  const auto paths = ListDocuments(std::string(std::getenv("BW_SOURCE_DIR")) + "/specs");
  EXPECT_TRUE(paths.ok());
  for (const auto& tool : LoadTools(*paths, {&http, nullptr, &clock}).tools) {
    entries.push_back({.tool = tool, .document = tool->operation().document});
  }
  std::vector<std::string> refused;
  return std::make_shared<const Catalogue>(std::move(entries), refused);
}

TEST(ToolQuestions, TheRightToolIsAmongTheFirst) {
  const ToolIndex index(Everything());
  for (const Question& question : kQuestions) {
    const auto found =
        index.Find(question.asked, kLooked, [](const CatalogueEntry&) { return true; });
    std::string names;
    bool is_there = false;
    for (const CatalogueEntry* entry : found) {
      names += " " + entry->tool->definition().name;
      is_there = is_there || entry->tool->definition().name == question.answer;
    }
    EXPECT_TRUE(is_there) << question.asked << ": not " << question.answer << " but" << names;
  }
}

}  // namespace
}  // namespace bw::tool_service
