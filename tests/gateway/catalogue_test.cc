#include "gateway/core/catalogue.h"

#include <chrono>
#include <set>
#include <string>

#include "gateway/core/fresh_cache.h"
#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CatalogueTest : public CoreTest {
 protected:
  std::string Names(const std::shared_ptr<RecordingSink>& sink) {
    std::string names;
    const auto body = json::Parse(sink->reply->body);
    for (const auto& tool : (*body)["result"]["tools"])
      names += tool["name"].get<std::string>() + " ";
    return names;
  }
  std::shared_ptr<RecordingSink> List() {
    return Send(MakeRequest(Revision::k2025_11_25, "tools/list"));
  }

  using Done = ToolProvider::Done<ToolList>;
  ~CatalogueTest() override { subscriptions.Stop(); }
  // The provider says that the tools are others now.
  void ChangeTools() {
    if (!provider.catalogue_changed) {
      subscriptions.WhenFed("default", [] {});
      provider.catalogue_changed({"t1", "p1", "r1"});
    }
    provider.catalogue_changed({"t" + std::to_string(++changes_), "p1", "r1"});
  }

  const Wire wire{{}};
  int changes_ = 1;
};

TEST_F(CatalogueTest, AFreshListIsFetchedOnce) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Names(List()), "echo hold fail ");
  EXPECT_EQ(provider.lists, 1);
}

TEST_F(CatalogueTest, AnOlderListIsServedWhileItIsRenewed) {
  List();
  provider.tools.tools.push_back(MakeTool("new"));
  provider.tools.revision = "r2";
  provider.hold_lists = true;
  clock.Advance(seconds(2));
  EXPECT_EQ(Names(List()), "echo hold fail ");
  EXPECT_EQ(Names(List()), "echo hold fail ");
  EXPECT_EQ(provider.lists, 2);
  provider.held_lists.at(0)(provider.tools);
  EXPECT_EQ(Names(List()), "echo hold fail new ");
  EXPECT_EQ(provider.lists, 2);
}

TEST_F(CatalogueTest, FirstCallersShareOneFetch) {
  provider.hold_lists = true;
  const auto first = List();
  const auto second = List();
  EXPECT_EQ(provider.lists, 1);
  EXPECT_FALSE(first->reply.has_value());
  provider.held_lists.at(0)(provider.tools);
  EXPECT_EQ(Names(first), "echo hold fail ");
  EXPECT_EQ(Names(second), "echo hold fail ");
}

TEST_F(CatalogueTest, AListOutlivesItsProviderForAWhileOnly) {
  List();
  provider.status = Unavailable("down");
  clock.Advance(limits.freshness.usable_for - milliseconds(1));
  EXPECT_EQ(Names(List()), "echo hold fail ");
  EXPECT_EQ(observer.degraded, std::vector<std::string>{"tools"});
  clock.Advance(milliseconds(1));
  const auto answer = Ask(Revision::k2025_11_25, "tools/list");
  EXPECT_EQ(answer.body["error"]["code"], -32603);
}

TEST_F(CatalogueTest, WhileTheProviderIsDownItIsAskedNowAndThenOnly) {
  List();
  provider.status = Unavailable("down");
  clock.Advance(limits.freshness.fresh_for);
  for (int i = 0; i < 10; ++i) List();
  EXPECT_EQ(provider.lists, 2);
}

TEST_F(CatalogueTest, AfterAChangeNobodyGetsAListThatWasAskedForBefore) {
  List();
  provider.hold_lists = true;
  clock.Advance(seconds(2));
  List();
  // A renewal is under way, and its answer is from before the change.
  const Done old = provider.held_lists.at(0);
  ChangeTools();
  const auto waits = List();
  EXPECT_FALSE(waits->reply.has_value());
  old(provider.tools);
  EXPECT_FALSE(waits->reply.has_value());
  ASSERT_EQ(provider.held_lists.size(), 2u);
  provider.tools.tools.push_back(MakeTool("new"));
  provider.tools.revision = "r2";
  provider.held_lists.at(1)(provider.tools);
  EXPECT_EQ(Names(waits), "echo hold fail new ");
  EXPECT_EQ(Names(List()), "echo hold fail new ");
  EXPECT_EQ(provider.lists, 3);
}

TEST_F(CatalogueTest, AChangedListThatCannotBeFetchedIsServedAsItWas) {
  List();
  ChangeTools();
  provider.status = Unavailable("away");
  EXPECT_EQ(Names(List()), "echo hold fail ");
  EXPECT_EQ(observer.degraded, std::vector<std::string>{"tools"});
  provider.status = OkStatus();
  provider.tools.tools.push_back(MakeTool("new"));
  provider.tools.revision = "r2";
  EXPECT_EQ(Names(List()), "echo hold fail new ") << "and asked for again";
}

TEST_F(CatalogueTest, ToolsNoClientCouldReadAreDropped) {
  Tool broken = MakeTool("broken");
  broken.input_schema_json = "{not json";
  Tool wrong_root = MakeTool("wrong_root");
  wrong_root.input_schema_json = R"({"type":"array"})";
  Tool bad_output = MakeTool("bad_output");
  bad_output.output_schema_json = "[]";
  Tool nameless = MakeTool("");
  provider.tools.tools = {broken, MakeTool("good"), wrong_root, bad_output, nameless};
  EXPECT_EQ(Names(List()), "good ");
  EXPECT_EQ(observer.dropped, (std::vector<std::string>{"broken", "wrong_root", "bad_output", ""}));
}

TEST_F(CatalogueTest, HeaderParametersAreKnownAndBadOnesDropTheTool) {
  Tool good = MakeTool("good");
  good.input_schema_json =
      R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}})";
  Tool bad = good;
  bad.name = "bad";
  bad.input_schema_json =
      R"({"type":"object","properties":{"region":{"type":"number","x-mcp-header":"Region"}}})";
  provider.tools.tools = {good, bad};
  Catalogue catalogue(provider, wire, clock, observer, limits);
  catalogue.FindTool({}, "good", [](StatusOr<Catalogue::FoundTool> tool) {
    ASSERT_EQ((*tool)->header_parameters.size(), 1u);
    EXPECT_EQ((*tool)->header_parameters[0].header, "Mcp-Param-Region");
  });
  EXPECT_EQ(observer.dropped, std::vector<std::string>{"bad"});
}

TEST_F(CatalogueTest, EachAudienceHasItsOwnLists) {
  for (const char* profile : {"voice", "messaging", "voice"}) {
    Request request = MakeRequest(Revision::k2025_11_25, "tools/list");
    request.audience.selection.profile = profile;
    Send(std::move(request));
  }
  EXPECT_EQ(provider.lists, 2);
}

TEST_F(CatalogueTest, ACallerSeesTheToolsItMayCall) {
  for (Tool& tool : provider.tools.tools) {
    tool.access = tool.name == "echo"   ? Access::kRead
                  : tool.name == "hold" ? Access::kWrite
                                        : Access::kAdmin;
  }
  const auto list_for = [&](Access access) {
    Request request = MakeRequest(Revision::k2025_11_25, "tools/list");
    request.audience.access = access;
    return Names(Send(std::move(request)));
  };
  EXPECT_EQ(list_for(Access::kRead), "echo ");
  EXPECT_EQ(list_for(Access::kWrite), "echo hold ");
  EXPECT_EQ(list_for(Access::kAdmin), "echo hold fail ");
  EXPECT_EQ(provider.lists, 1);
}

TEST_F(CatalogueTest, PagesOfOneAccessAreNotThoseOfAnother) {
  limits.page_size = 1;
  for (Tool& tool : provider.tools.tools) tool.access = Access::kRead;
  Catalogue catalogue(provider, wire, clock, observer, limits);
  Audience reader;
  reader.access = Access::kRead;
  std::string cursor;
  catalogue.GetTools(reader, [&](StatusOr<Catalogue::List> list) {
    const auto page = json::Parse(*(*list)->Page(Shape::kBasic, std::nullopt));
    cursor = (*page)["nextCursor"];
    EXPECT_TRUE((*list)->Page(Shape::kBasic, cursor).ok());
  });
  catalogue.GetTools({}, [&](StatusOr<Catalogue::List> list) {
    EXPECT_FALSE((*list)->Page(Shape::kBasic, cursor).ok());
  });
}

TEST_F(CatalogueTest, AToolIsFoundWhateverTheAccess) {
  provider.tools.tools[0].access = Access::kAdmin;
  Catalogue catalogue(provider, wire, clock, observer, limits);
  Audience reader;
  reader.access = Access::kRead;
  int found = 0;
  const auto find = [&](const std::string& name, auto check) {
    catalogue.FindTool(reader, name, [&](StatusOr<Catalogue::FoundTool> tool) {
      ++found;
      check(std::move(tool));
    });
  };
  find("echo", [](auto tool) { EXPECT_EQ((*tool)->access, Access::kAdmin); });
  find("hold", [](auto tool) { EXPECT_EQ((*tool)->access, Access::kWrite); });
  find("nope", [](auto tool) { EXPECT_EQ(*tool, nullptr); });
  EXPECT_EQ(provider.lists, 1);
  provider.status = Unavailable("down");
  clock.Advance(std::chrono::hours(1));
  find("echo", [](auto tool) { EXPECT_EQ(tool.status().code(), StatusCode::kUnavailable); });
  EXPECT_EQ(found, 4);
}

class PagesTest : public ::testing::Test {
 protected:
  PreparedList Make(int items, std::size_t page_size, std::string revision = "r1") {
    PreparedList::Options options{"tools", std::move(revision), page_size, {}};
    return PreparedList(wire, options, [items](Shape) {
      std::vector<std::string> rendered;
      for (int i = 0; i < items; ++i) rendered.push_back(std::to_string(i));
      return rendered;
    });
  }
  json::Json Read(const PreparedList& list, std::optional<std::string> cursor = std::nullopt) {
    const auto page = list.Page(Shape::kBasic, cursor);
    EXPECT_TRUE(page.ok());
    return *json::Parse(*page);
  }

  Wire wire{{}};
};

TEST_F(PagesTest, WalkEveryItemOnceInOrder) {
  const PreparedList list = Make(10, 3);
  json::Json all = json::Json::array();
  json::Json page = Read(list);
  int pages = 1;
  for (;; ++pages) {
    for (const auto& item : page["tools"]) all.push_back(item);
    if (!page.contains("nextCursor")) break;
    page = Read(list, page["nextCursor"].get<std::string>());
  }
  EXPECT_EQ(pages, 4);
  EXPECT_EQ(all, json::Json({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(PagesTest, AFullPageHasNoNext) {
  EXPECT_FALSE(Read(Make(3, 3)).contains("nextCursor"));
  EXPECT_TRUE(Read(Make(4, 3)).contains("nextCursor"));
  EXPECT_EQ(Read(Make(0, 3))["tools"], json::Json::array());
}

TEST_F(PagesTest, ACursorIsGoodForItsListOnly) {
  const std::string cursor = Read(Make(10, 3))["nextCursor"];
  EXPECT_TRUE(Make(10, 3).Page(Shape::kModern, cursor).ok());
  EXPECT_FALSE(Make(10, 3, "r2").Page(Shape::kModern, cursor).ok());
  EXPECT_FALSE(Make(3, 3).Page(Shape::kModern, cursor).ok());
  for (const std::string& bad :
       {Base64UrlEncode("0/r1"), Base64UrlEncode("4/r1"), Base64UrlEncode("1/r1x"),
        Base64UrlEncode("-1/r1"), Base64UrlEncode("01/r1"), std::string(600, 'A'), cursor + "A"}) {
    EXPECT_EQ(Make(10, 3).Page(Shape::kModern, bad).status().code(), StatusCode::kInvalidArgument)
        << bad;
  }
}

struct CacheTest : ::testing::Test {
  using Cache = FreshCache<int>;
  Audience Named(const std::string& profile) {
    Audience audience;
    audience.selection.profile = profile;
    return audience;
  }
  FakeClock clock;
  std::vector<Cache::Done> fetches;
  FreshnessLimits limits;
  Cache Make() {
    return Cache(
        clock, limits,
        [this](const Audience&, Cache::Value, Cache::Done done) { fetches.push_back(done); },
        [](const Status&) {});
  }
};

TEST_F(CacheTest, WaitersAreBounded) {
  limits.max_waiters = 2;
  Cache cache = Make();
  std::vector<StatusCode> codes;
  const auto note = [&](StatusOr<Cache::Value> value) { codes.push_back(value.status().code()); };
  cache.Get({}, note);
  cache.Get({}, note);
  EXPECT_TRUE(codes.empty());
  cache.Get({}, note);
  EXPECT_EQ(codes, std::vector<StatusCode>{StatusCode::kResourceExhausted});
  fetches.at(0)(std::make_shared<const int>(1));
  EXPECT_EQ(codes.size(), 3u);
  EXPECT_EQ(codes.back(), StatusCode::kOk);
}

TEST_F(CacheTest, EveryCallerIsAnsweredOnce) {
  Cache cache = Make();
  int answers = 0;
  const auto count = [&](StatusOr<Cache::Value>) { ++answers; };
  cache.Get({}, count);
  fetches.at(0)(std::make_shared<const int>(1));
  EXPECT_EQ(answers, 1);
  cache.Get({}, count);
  EXPECT_EQ(answers, 2);
}

TEST_F(CacheTest, EntriesAreBoundedAndTheLeastUsedGoes) {
  limits.max_entries = 2;
  Cache cache = Make();
  const auto ignore = [](StatusOr<Cache::Value>) {};
  const auto fetch_count = [&](const std::string& profile) {
    const std::size_t before = fetches.size();
    cache.Get(Named(profile), ignore);
    if (fetches.size() > before) fetches.back()(std::make_shared<const int>(1));
    return fetches.size() - before;
  };
  EXPECT_EQ(fetch_count("a"), 1u);
  EXPECT_EQ(fetch_count("b"), 1u);
  EXPECT_EQ(fetch_count("a"), 0u);
  EXPECT_EQ(fetch_count("c"), 1u);  // b goes
  EXPECT_EQ(fetch_count("a"), 0u);
  EXPECT_EQ(fetch_count("b"), 1u);
}

TEST_F(CacheTest, EntriesBeingFetchedStay) {
  limits.max_entries = 1;
  Cache cache = Make();
  cache.Get(Named("a"), [](StatusOr<Cache::Value>) {});
  StatusCode code = StatusCode::kOk;
  cache.Get(Named("b"), [&](StatusOr<Cache::Value> value) { code = value.status().code(); });
  EXPECT_EQ(code, StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace bw::gateway
