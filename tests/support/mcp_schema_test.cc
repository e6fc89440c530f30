// The validator of the tests must itself be able to refuse.
#include "tests/support/mcp_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::testing_support {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

Json Parsed(const std::string& text) { return json::Parse(text).value_or(Json()); }

struct Case {
  const char* name;
  const char* revision;
  const char* message;
  const char* method;  // of the request that a response answers
};

class SchemaTest : public testing::TestWithParam<Case> {
 protected:
  static std::vector<std::string> Findings() {
    const McpSchema* schema = McpSchema::Find(GetParam().revision);
    if (schema == nullptr) return {"no schema"};
    return schema->Check(Parsed(GetParam().message), GetParam().method);
  }
};

std::string NameOf(const testing::TestParamInfo<Case>& info) { return info.param.name; }

using RightMessages = SchemaTest;
TEST_P(RightMessages, AreAccepted) { EXPECT_THAT(Findings(), IsEmpty()); }

INSTANTIATE_TEST_SUITE_P(
    Mcp, RightMessages,
    testing::Values(
        Case{
            "Initialize", "2025-11-25",
            R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",
                 "capabilities":{},"clientInfo":{"name":"t","version":"1"}}})",
            ""},
        Case{
            "OldestInitialize", "2024-11-05",
            R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05",
                 "capabilities":{},"clientInfo":{"name":"t","version":"1"}}})",
            ""},
        Case{
            "Batch", "2025-03-26",
            R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}])",
            ""},
        Case{
            "LegacyTools", "2025-06-18",
            R"({"jsonrpc":"2.0","id":"a","result":{"tools":[{"name":"n","inputSchema":{"type":"object"}}]}})",
            "tools/list"},
        Case{"Pong", "2025-11-25", R"({"jsonrpc":"2.0","id":1,"result":{}})", "ping"},
        Case{"ModernTools", "2026-07-28",
             R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","ttlMs":0,
                 "cacheScope":"public","tools":[]}})",
             "tools/list"},
        Case{"Question", "2026-07-28",
             R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"s",
                 "inputRequests":{"k":{"method":"elicitation/create","params":{"message":"m",
                 "requestedSchema":{"type":"object","properties":{"n":{"type":"string"}}}}}}}})",
             "tools/call"},
        Case{"FractionalDefault", "2025-11-25",
             R"({"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"message":"m",
                 "requestedSchema":{"type":"object","properties":{"n":{"type":"number","default":95.5}}}}})",
             ""},
        Case{"UnknownMethod", "2025-11-25", R"({"jsonrpc":"2.0","id":1,"method":"vendor/own"})",
             ""},
        Case{"ErrorWithoutAReadableId", "2025-06-18",
             R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"m"}})", ""},
        Case{"UnsupportedVersion", "2026-07-28",
             R"({"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"m",
                 "data":{"supported":["2026-07-28"],"requested":"2099-01-01"}}})",
             "tools/list"}),
    NameOf);

using WrongMessages = SchemaTest;
TEST_P(WrongMessages, AreRefused) { EXPECT_THAT(Findings(), Not(IsEmpty())); }

INSTANTIATE_TEST_SUITE_P(
    Mcp, WrongMessages,
    testing::Values(
        Case{"NoJsonRpc", "2025-11-25", R"({"id":1,"method":"ping"})", ""},
        Case{"NullId", "2025-11-25", R"({"jsonrpc":"2.0","id":null,"method":"ping"})", ""},
        Case{"NeitherResultNorError", "2025-11-25", R"({"jsonrpc":"2.0","id":1})", "ping"},
        Case{"NotAnObject", "2025-11-25", R"("hello")", ""},
        Case{"LegacyToolWithoutSchema", "2025-06-18",
             R"({"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"n"}]}})", "tools/list"},
        Case{"ContentOfAnUnknownType", "2025-11-25",
             R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"smell","text":"t"}]}})",
             "tools/call"},
        Case{
            "AudioBeforeItsTime", "2024-11-05",
            R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"audio","data":"","mimeType":"audio/wav"}]}})",
            "tools/call"},
        Case{"ModernResultWithoutType", "2026-07-28",
             R"({"jsonrpc":"2.0","id":1,"result":{"ttlMs":0,"cacheScope":"public","tools":[]}})",
             "tools/list"},
        Case{"ModernListWithoutLifetime", "2026-07-28",
             R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","tools":[]}})",
             "tools/list"},
        Case{"ModernRequestWithoutEnvelope", "2026-07-28",
             R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}})", ""},
        Case{"VersionErrorWithoutItsData", "2026-07-28",
             R"({"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"m"}})", "tools/list"},
        Case{"ProgressWithoutToken", "2025-11-25",
             R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}})", ""},
        Case{
            "ElementOfABatch", "2025-03-26",
            R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"1.0","id":2,"method":"ping"}])",
            ""}),
    NameOf);

TEST(McpSchema, IsThereForEveryRevisionAndNoOther) {
  for (const char* revision :
       {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"}) {
    EXPECT_NE(McpSchema::Find(revision), nullptr) << revision;
  }
  EXPECT_EQ(McpSchema::Find("2023-01-01"), nullptr);
}

TEST(McpTranscript, HoldsAResultToTheRequestItAnswers) {
  McpTranscript transcript;
  transcript.Sent(Parsed(R"({"jsonrpc":"2.0","id":7,"method":"tools/list"})"));
  transcript.Sent(Parsed(R"({"jsonrpc":"2.0","id":8,"method":"ping"})"));
  transcript.Received(Parsed(R"({"jsonrpc":"2.0","id":8,"result":{}})"));
  EXPECT_THAT(transcript.problems(), IsEmpty());
  transcript.Received(Parsed(R"({"jsonrpc":"2.0","id":7,"result":{}})"));
  ASSERT_THAT(transcript.problems(), SizeIs(1));
  EXPECT_THAT(transcript.problems()[0], HasSubstr("received tools/list (2025-11-25)"));
  EXPECT_EQ(transcript.checked(), 4);
}

TEST(McpTranscript, LearnsTheRevisionFromInitialize) {
  McpTranscript transcript;
  transcript.Sent(Parsed(
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05",
          "capabilities":{},"clientInfo":{"name":"t","version":"1"}}})"));
  transcript.Received(Parsed(
      R"({"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2024-11-05","capabilities":{},
          "serverInfo":{"name":"s","version":"1"}}})"));
  transcript.Sent(
      Parsed(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"n"}})"));
  const char* sound =
      R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"audio","data":"AA==","mimeType":"audio/wav"}]}})";
  EXPECT_THAT(transcript.problems(), IsEmpty());
  transcript.Received(Parsed(sound));
  EXPECT_THAT(transcript.problems(), SizeIs(1)) << "that revision has no audio";
}

TEST(McpTranscript, HoldsEachModernRequestToItsOwnRevision) {
  McpTranscript transcript;
  transcript.Sent(Parsed(
      R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{
          "io.modelcontextprotocol/protocolVersion":"2026-07-28",
          "io.modelcontextprotocol/clientCapabilities":{}}}})"));
  transcript.Received(Parsed(R"({"jsonrpc":"2.0","id":1,"result":{"tools":[]}})"));
  ASSERT_THAT(transcript.problems(), SizeIs(1));
  EXPECT_THAT(transcript.problems()[0], HasSubstr("(2026-07-28)"));
}

TEST(McpTranscript, ChecksEveryEventOfAStream) {
  McpTranscript transcript;
  transcript.SentUnchecked(
      Parsed(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"nom":"n"}})"));
  transcript.ReceivedBody(
      "text/event-stream",
      ": a comment\n\n"
      "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
      "\"params\":{\"progressToken\":1,\"progress\":1}}\n\n"
      "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}\n\n");
  EXPECT_THAT(transcript.problems(), IsEmpty());
  EXPECT_EQ(transcript.checked(), 2);
  transcript.ReceivedBody("text/event-stream", "data: {\"jsonrpc\":\"2.0\"}\n\n");
  transcript.ReceivedBody("application/json", "{\"id\":1");
  EXPECT_THAT(transcript.problems(), SizeIs(2));
  transcript.ReceivedBody("text/plain", "too large");
  EXPECT_THAT(transcript.problems(), SizeIs(2));
}

TEST(McpTranscript, ChecksWhatTheServerAsksAndTheClientAnswers) {
  McpTranscript transcript;
  transcript.Received(Parsed(R"({"jsonrpc":"2.0","id":"q","method":"roots/list"})"));
  transcript.Sent(Parsed(R"({"jsonrpc":"2.0","id":"q","result":{"roots":[]}})"));
  EXPECT_THAT(transcript.problems(), IsEmpty());
  transcript.Sent(Parsed(R"({"jsonrpc":"2.0","id":"q","result":{}})"));
  EXPECT_THAT(transcript.problems(), SizeIs(1));
}

}  // namespace
}  // namespace bw::testing_support
