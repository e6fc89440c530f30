#include "tool-service/openapi/tool_names.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

Operation Make(const std::string& document, const std::string& id,
               const std::string& server = "https://h.example") {
  Operation operation;
  operation.document = document;
  operation.id = id;
  operation.server = server;
  return operation;
}

TEST(ToolNames, TheLaterOfTwoIsPrefixedWhateverTheCase) {
  ToolNames names({"getCall"});
  EXPECT_EQ(names.Take(Make("a", "list")), "list");
  EXPECT_EQ(names.Take(Make("b", "LIST")), "b_LIST");
  EXPECT_EQ(names.Take(Make("b", "list")), "b_list_2");
  EXPECT_EQ(names.Take(Make("c", "GetCall")), "c_GetCall");
}

TEST(ToolNames, FitTheirCharactersAndLength) {
  ToolNames names({});
  const std::string id(64, 'x');
  EXPECT_EQ(names.Take(Make("my file", id)), id);
  const std::string second = names.Take(Make("my file", id));
  EXPECT_EQ(second, "my_file_" + std::string(56, 'x'));
  const std::string third = names.Take(Make("my file", id));
  EXPECT_EQ(third, "my_file_" + std::string(54, 'x') + "_2");
}

TEST(ToolNames, AnIdOfAnotherOfBandwidthsDocumentsIsLeftToIt) {
  const std::string insights = "https://insights.bandwidth.com/api";
  ToolNames names({});
  EXPECT_EQ(names.Take(Make("insights", "listCalls", insights)), "insights_listCalls");
  EXPECT_EQ(names.Take(Make("numbers", "getAddress", "https://api.bandwidth.com/api/v2")),
            "numbers_getAddress");
  EXPECT_EQ(names.Take(Make("express", "createRegistration", "https://api.bandwidth.com/v1")),
            "createRegistration");
  // Another company's API may call its operations as it likes.
  EXPECT_EQ(names.Take(Make("pbx", "listCalls", "https://bandwidth.com.example/api")), "listCalls");
}

TEST(PrecedenceOf, VoiceComesFirst) {
  EXPECT_LT(PrecedenceOf("voice"), PrecedenceOf("messaging"));
  EXPECT_LT(PrecedenceOf("phone-number-lookup"), PrecedenceOf("insights"));
  EXPECT_EQ(PrecedenceOf("insights"), PrecedenceOf("a"));
}

}  // namespace
}  // namespace bw::tool_service
