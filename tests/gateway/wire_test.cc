// The visible surface, revision by revision, against golden files.
#include "gateway/core/wire.h"

#include <fstream>
#include <iterator>
#include <string>

#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

std::string ReadGolden(const std::string& name) {
  std::ifstream file("tests/gateway/golden/" + name + ".json");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

class WireTest : public CoreTest {
 protected:
  void ExpectGolden(const std::string& name, Revision revision, const std::string& method,
                    const std::string& params = "{}") {
    const std::string file = name + "." + std::string(RevisionName(revision));
    EXPECT_EQ(json::DumpPretty(Ask(revision, method, params).body["result"]), ReadGolden(file))
        << "the wire differs from tests/gateway/golden/" << file << ".json";
  }
  void ExpectGoldenEverywhere(const std::string& name, const std::string& method,
                              const std::string& params = "{}") {
    for (const Revision revision : {Revision::k2025_03_26, Revision::k2025_06_18,
                                    Revision::k2025_11_25, Revision::k2026_07_28}) {
      ExpectGolden(name, revision, method, params);
    }
  }
};

TEST_F(WireTest, Openings) {
  for (const Revision revision :
       {Revision::k2025_03_26, Revision::k2025_06_18, Revision::k2025_11_25}) {
    ExpectGolden("initialize", revision, "initialize",
                 R"({"protocolVersion":")" + std::string(RevisionName(revision)) + "\"}");
  }
  ExpectGolden("discover", Revision::k2026_07_28, "server/discover");
}

TEST_F(WireTest, Lists) {
  Tool tool = MakeTool("send_message");
  tool.output_schema_json = R"({"type":"object","properties":{"id":{"type":"string"}}})";
  tool.annotations = {
      .read_only = false, .destructive = true, .idempotent = false, .open_world = true};
  Tool reader = MakeTool("list_calls");
  reader.title = "";
  reader.annotations = {
      .read_only = true, .destructive = false, .idempotent = true, .open_world = false};
  provider.tools.tools = {tool, reader};
  ExpectGoldenEverywhere("tools_list", "tools/list");
  ExpectGoldenEverywhere("resources_list", "resources/list");
  ExpectGoldenEverywhere("resource_templates_list", "resources/templates/list");
  provider.prompts = {{"make_a_call",
                       "Make a call",
                       "Calls somebody",
                       {{"to", "Number", "Whom", true}, {"topic", "", "", false}}},
                      {"bare", "", "", {}}};
  ExpectGoldenEverywhere("prompts_list", "prompts/list");
}

TEST_F(WireTest, Results) {
  ToolResult result = TextResult("text");
  result.structured_json = R"({"id":"m-1"})";
  ContentBlock image;
  image.kind = ContentBlock::Kind::kImage;
  image.data = std::string("\x89PNG\0", 5);
  image.mime_type = "image/png";
  ContentBlock audio = image;
  audio.kind = ContentBlock::Kind::kAudio;
  audio.mime_type = "audio/wav";
  ContentBlock resource;
  resource.kind = ContentBlock::Kind::kResource;
  resource.resource = {"bandwidth://notes", "text/plain", "Read me", false};
  ContentBlock blob;
  blob.kind = ContentBlock::Kind::kResource;
  blob.resource = {"bandwidth://logo", "image/png", "\x89PNG", true};
  ContentBlock link;
  link.kind = ContentBlock::Kind::kResourceLink;
  link.uri = "bandwidth://calls/c-1";
  link.name = "The call";
  link.mime_type = "application/json";
  result.content.insert(result.content.end(), {image, audio, resource, blob, link});
  for (const Revision revision : {Revision::k2025_03_26, Revision::k2025_06_18,
                                  Revision::k2025_11_25, Revision::k2026_07_28}) {
    const auto sink = Send(MakeRequest(revision, "tools/call", R"({"name":"hold"})"));
    provider.Take()->done(result);
    const std::string file = "tools_call." + std::string(RevisionName(revision));
    EXPECT_EQ(json::DumpPretty((*json::Parse(sink->reply->body))["result"]), ReadGolden(file));
  }
  ExpectGoldenEverywhere("tools_call_error", "tools/call", R"({"name":"fail"})");
  ExpectGoldenEverywhere("resources_read", "resources/read", R"({"uri":"bandwidth://notes"})");
}

TEST_F(WireTest, Prompts) {
  ExpectGoldenEverywhere("prompts_get", "prompts/get",
                         R"({"name":"greet","arguments":{"name":"Ann"}})");
  ExpectGoldenEverywhere("completion_complete", "completion/complete",
                         R"({"ref":{"type":"ref/prompt","name":"greet"},
                             "argument":{"name":"name","value":"A"}})");
}

TEST_F(WireTest, InputRequired) {
  Request request = MakeRequest(Revision::k2026_07_28, "tools/call", R"({"name":"hold"})");
  request.message.params["_meta"] =
      *json::Parse(R"({"io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}})");
  const auto sink = Send(std::move(request));
  InputRequired required = AskWho();
  required.state = "";
  provider.Take()->done(required);
  EXPECT_EQ(json::DumpPretty((*json::Parse(sink->reply->body))["result"]),
            ReadGolden("tools_call_input_required.2026-07-28"));
}

TEST_F(WireTest, ARevisionSeesOnlyCapabilitiesItKnows) {
  EXPECT_EQ(CapabilitiesJson(Revision::k2024_11_05).find("completions"), std::string::npos);
  EXPECT_NE(CapabilitiesJson(Revision::k2025_03_26).find("completions"), std::string::npos);
}

TEST_F(WireTest, CompletionsEndAtTheLimit) {
  Completion completion;
  completion.values.assign(kMaxCompletions, "v");
  const auto read = [&] {
    return (*json::Parse(CompletionMembers(completion).Take()))["completion"];
  };
  EXPECT_EQ(read()["values"].size(), kMaxCompletions);
  EXPECT_EQ(read()["hasMore"], false);
  EXPECT_FALSE(read().contains("total"));
  completion.values.push_back("one too many");
  EXPECT_EQ(read()["values"].size(), kMaxCompletions);
  EXPECT_EQ(read()["hasMore"], true);
}

TEST_F(WireTest, AnErrorHasNoStructuredContent) {
  ToolResult result = TextResult("no", true);
  result.structured_json = R"({"status":400})";
  EXPECT_EQ(ToolResultMembers(result, Shape::kModern).Take(),
            R"({"content":[{"type":"text","text":"no"}],"isError":true})");
}

TEST_F(WireTest, StructuredContentIsAnObjectOrAbsent) {
  for (const char* text : {"", "[1]", "5", "{"}) {
    ToolResult result = TextResult("x");
    result.structured_json = text;
    EXPECT_EQ(ToolResultMembers(result, Shape::kModern).Take(),
              R"({"content":[{"type":"text","text":"x"}]})")
        << text;
  }
}

TEST_F(WireTest, CacheScopeFollowsTheConfiguration) {
  Wire wire{{}};
  EXPECT_NE(wire.DiscoverResult("", {std::chrono::milliseconds(5), true})
                .find(R"("ttlMs":5,"cacheScope":"public")"),
            std::string::npos);
  EXPECT_NE(wire.DiscoverResult("", {std::chrono::milliseconds(5), false})
                .find(R"("cacheScope":"private")"),
            std::string::npos);
}

}  // namespace
}  // namespace bw::gateway
