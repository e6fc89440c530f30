#include "gateway/core/client_capabilities.h"

#include <gtest/gtest.h>

namespace bw::gateway {
namespace {

json::Json Parse(const char* text) { return *json::Parse(text); }

TEST(ClientCapabilities, OnlyWhatMayBeAskedIsKept) {
  struct Row {
    const char* declared;
    const char* kept;
  };
  for (const Row& row :
       {Row{"{}", "{}"}, Row{"null", "{}"}, Row{"[1]", "{}"}, Row{R"({"sampling":true})", "{}"},
        Row{R"({"experimental":{"x":{}},"tasks":{}})", "{}"},
        Row{R"({"elicitation":{},"roots":{"listChanged":true}})",
            R"({"elicitation":{},"roots":{}})"},
        Row{R"({"elicitation":{"form":{"a":1},"url":{},"x":{}},
                "sampling":{"tools":{"b":2},"context":{}}})",
            R"({"elicitation":{"form":{},"url":{}},"sampling":{"context":{},"tools":{}}})"}}) {
    EXPECT_EQ(PruneCapabilities(Parse(row.declared)), row.kept) << row.declared;
  }
}

TEST(ClientCapabilities, AQuestionNeedsWhatItsMethodAndModeNeed) {
  struct Row {
    const char* declared;
    const char* method;
    const char* params;
    const char* missing;
  };
  constexpr const char* kElicit = "elicitation/create";
  constexpr const char* kSample = "sampling/createMessage";
  constexpr const char* kUrl = R"({"mode":"url"})";
  for (const Row& row :
       {Row{"{}", kElicit, "{}", R"({"elicitation":{"form":{}}})"},
        Row{R"({"elicitation":{}})", kElicit, "{}", "null"},
        Row{R"({"elicitation":{}})", kElicit, R"({"mode":"form"})", "null"},
        Row{R"({"elicitation":{"form":{}}})", kElicit, "{}", "null"},
        Row{R"({"elicitation":{"url":{}}})", kElicit, "{}", R"({"elicitation":{"form":{}}})"},
        Row{R"({"elicitation":{}})", kElicit, kUrl, R"({"elicitation":{"url":{}}})"},
        Row{R"({"elicitation":{"url":{}}})", kElicit, kUrl, "null"},
        Row{"{}", kSample, "{}", R"({"sampling":{}})"},
        Row{R"({"sampling":{}})", kSample, "{}", "null"},
        Row{R"({"sampling":{}})", kSample, R"({"tools":[]})", R"({"sampling":{"tools":{}}})"},
        Row{R"({"sampling":{"tools":{}}})", kSample, R"({"tools":[]})", "null"},
        Row{"{}", "roots/list", "{}", R"({"roots":{}})"},
        Row{R"({"roots":{"listChanged":true}})", "roots/list", "{}", "null"}}) {
    EXPECT_EQ(json::Dump(MissingCapabilities(Parse(row.declared), row.method, Parse(row.params))),
              row.missing)
        << row.declared << " " << row.method << " " << row.params;
  }
}

TEST(ClientCapabilities, ThreeMethodsMayBeAsked) {
  for (const char* method : {"elicitation/create", "sampling/createMessage", "roots/list"}) {
    EXPECT_TRUE(IsClientMethod(method));
  }
  for (const char* method : {"", "tools/call", "ping", "elicitation/created"}) {
    EXPECT_FALSE(IsClientMethod(method));
  }
}

}  // namespace
}  // namespace bw::gateway
