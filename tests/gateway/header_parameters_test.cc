#include "gateway/core/header_parameters.h"

#include <string>

#include <gtest/gtest.h>

namespace bw::gateway {
namespace {

StatusOr<std::vector<HeaderParameter>> Read(const std::string& properties) {
  return ReadHeaderParameters(
      *json::Parse(R"({"type":"object","properties":{)" + properties + "}}"));
}

TEST(HeaderParameters, AreReadAtAnyDepth) {
  const auto read = Read(R"("region":{"type":"string","x-mcp-header":"Region"},
                            "plain":{"type":"string"},
                            "list":{"type":"array","items":{"type":"string","x-mcp-header":"No"}},
                            "route":{"type":"object","properties":{
                              "hops":{"type":"integer","x-mcp-header":"Hops"}}})");
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].header, "Mcp-Param-Region");
  EXPECT_EQ((*read)[0].path, std::vector<std::string>{"region"});
  EXPECT_EQ((*read)[1].header, "Mcp-Param-Hops");
  EXPECT_EQ((*read)[1].path, (std::vector<std::string>{"route", "hops"}));
  EXPECT_TRUE(ReadHeaderParameters(*json::Parse(R"({"type":"object"})"))->empty());
}

TEST(HeaderParameters, WrongAnnotationsAreNamed) {
  for (
      const char* properties :
      {R"("a":{"type":"number","x-mcp-header":"A"})", R"("a":{"type":"object","x-mcp-header":"A"})",
       R"("a":{"x-mcp-header":"A"})", R"("a":{"type":"string","x-mcp-header":""})",
       R"("a":{"type":"string","x-mcp-header":5})", R"("a":{"type":"string","x-mcp-header":"A B"})",
       R"("a":{"type":"string","x-mcp-header":"A:"})",
       R"("a":{"type":"string","x-mcp-header":"A\n"})",
       R"("a":{"type":"string","x-mcp-header":"One"},"b":{"type":"string","x-mcp-header":"oNE"})"}) {
    EXPECT_EQ(Read(properties).status().code(), StatusCode::kInvalidArgument) << properties;
  }
}

TEST(HeaderParameters, AreBounded) {
  const auto many = [](int count) {
    std::string properties;
    for (int i = 0; i < count; ++i) {
      properties += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) +
                    R"(":{"type":"string","x-mcp-header":"P)" + std::to_string(i) + "\"}";
    }
    return Read(properties).ok();
  };
  EXPECT_TRUE(many(32));
  EXPECT_FALSE(many(33));
}

struct Row {
  const char* arguments;
  HeaderFields fields;
  /// Empty: they agree.
  const char* problem;
};

class HeaderAgreement : public ::testing::TestWithParam<Row> {};

TEST_P(HeaderAgreement, IsWhatTheSpecificationSays) {
  const std::vector<HeaderParameter> parameters = {
      {"Mcp-Param-Text", {"text"}}, {"Mcp-Param-Count", {"at", "count"}}, {"Mcp-Param-On", {"on"}}};
  const json::Json arguments = *json::Parse(GetParam().arguments);
  const auto error = CheckHeaderParameters(parameters, GetParam().fields,
                                           arguments.is_null() ? nullptr : &arguments);
  if (std::string(GetParam().problem).empty()) {
    EXPECT_FALSE(error.has_value()) << error->message;
  } else {
    ASSERT_TRUE(error.has_value()) << GetParam().arguments;
    EXPECT_EQ(error->code, -32020);
    EXPECT_EQ(error->http_status, 400);
    EXPECT_NE(error->message.find(GetParam().problem), std::string::npos) << error->message;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, HeaderAgreement,
    ::testing::Values(
        Row{"null", {}, ""}, Row{"{}", {}, ""}, Row{R"({"text":null,"at":null})", {}, ""},
        Row{R"({"text":"x"})", {{"mcp-param-TEXT", "x"}}, ""},
        Row{R"({"text":"x"})", {}, "Mcp-Param-Text is missing"},
        Row{R"({"text":"x"})", {{"Mcp-Param-Text", "X"}}, "differs"},
        Row{R"({"text":"x"})", {{"Mcp-Param-Text", "x"}, {"Mcp-Param-Text", "y"}}, "differs"},
        Row{"{}", {{"Mcp-Param-Text", "x"}}, "differs"},
        Row{R"({"text":null})", {{"Mcp-Param-Text", "null"}}, "differs"},
        Row{R"({"text":"Hello, 世界"})",
            {{"Mcp-Param-Text", "=?base64?SGVsbG8sIOS4lueVjA==?="}},
            ""},
        Row{R"({"text":" padded "})", {{"Mcp-Param-Text", "=?base64?IHBhZGRlZCA=?="}}, ""},
        Row{R"({"text":"=?base64?literal?="})",
            {{"Mcp-Param-Text", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="}},
            ""},
        Row{R"({"text":"=?base64?literal?="})",
            {{"Mcp-Param-Text", "=?base64?literal?="}},
            "not valid"},
        Row{R"({"text":"=?BASE64?eA==?="})", {{"Mcp-Param-Text", "=?BASE64?eA==?="}}, ""},
        Row{R"({"text":"x"})", {{"Mcp-Param-Text", "\x01"}}, "not valid"},
        Row{R"({"text":{"a":1}})", {}, ""},
        Row{R"({"at":{"count":42}})", {{"Mcp-Param-Count", "42"}}, ""},
        Row{R"({"at":{"count":42}})", {{"Mcp-Param-Count", "42.0"}}, ""},
        Row{R"({"at":{"count":-7}})", {{"Mcp-Param-Count", "-7"}}, ""},
        Row{R"({"at":{"count":42}})", {{"Mcp-Param-Count", "42x"}}, "differs"},
        Row{R"({"at":{"count":42}})", {{"Mcp-Param-Count", ""}}, "differs"},
        Row{R"({"at":{"count":42}})", {}, "Mcp-Param-Count is missing"}, Row{R"({"at":5})", {}, ""},
        Row{R"({"on":true})", {{"Mcp-Param-On", "true"}}, ""},
        Row{R"({"on":true})", {{"Mcp-Param-On", "True"}}, "differs"},
        Row{R"({"on":false})", {{"Mcp-Param-On", "false"}}, ""},
        Row{"{}", {{"Mcp-Param-Else", "x"}}, ""}));

TEST(HeaderParameters, AreToldByTheirPrefix) {
  EXPECT_TRUE(IsParameterHeader("mcp-PARAM-x"));
  for (const char* name : {"", "Mcp-Param-", "Mcp-Name", "X-Mcp-Param-x"}) {
    EXPECT_FALSE(IsParameterHeader(name)) << name;
  }
}

}  // namespace
}  // namespace bw::gateway
