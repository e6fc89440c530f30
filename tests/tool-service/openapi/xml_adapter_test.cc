#include "tool-service/openapi/xml_adapter.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using json::Json;

constexpr const char* kOrder = R"({
  "type":"object","xml":{"name":"Order","x-order":["Name","SiteId","Numbers","Host","Note","Id"]},
  "properties":{
    "SiteId":{"type":"integer"},
    "Closed":{"type":"boolean"},
    "Ratio":{"type":"number"},
    "Mixed":{"type":["integer","string"]},
    "Id":{"type":"string","xml":{"attribute":true,"name":"id"}},
    "Note":{"type":"object","properties":{"Words":{"xml":{"x-text":true}},
                                          "By":{"xml":{"attribute":true}}}},
    "Numbers":{"type":"array","xml":{"wrapped":true,"name":"TelephoneNumberList"},
               "items":{"type":"string","xml":{"name":"TelephoneNumber"}}},
    "Host":{"type":"array","items":{"type":"object","xml":{"name":"Host"},
                                    "properties":{"Port":{"type":"integer"}}}}}})";

StatusOr<std::string> ToXml(const char* json, const char* schema = kOrder) {
  const auto root = XmlFromJson(Json::parse(json), Json::parse(schema));
  if (!root.ok()) return root.status();
  return xml::Write(*root, {.declaration = false});
}

Json FromXml(std::string_view text, const char* schema = kOrder) {
  const auto root = xml::Parse(text);
  EXPECT_TRUE(root.ok()) << ToString(root.status());
  return root.ok() ? JsonFromXml(*root, Json::parse(schema)) : Json();
}

TEST(XmlFromJson, WritesEveryFormInTheGivenOrder) {
  const auto written = ToXml(R"({
    "Id":"7","Numbers":["+1555","+1556"],"SiteId":743,"Name":"a<b & \"c\"","Closed":true,
    "Host":[{"Port":5060},{"Port":5061}],"Note":{"Words":"hi","By":"me"},"Ratio":0.5})");
  ASSERT_TRUE(written.ok()) << ToString(written.status());
  EXPECT_EQ(*written,
            "<Order id=\"7\"><Name>a&lt;b &amp; &quot;c&quot;</Name><SiteId>743</SiteId>"
            "<TelephoneNumberList><TelephoneNumber>+1555</TelephoneNumber>"
            "<TelephoneNumber>+1556</TelephoneNumber></TelephoneNumberList>"
            "<Host><Port>5060</Port></Host><Host><Port>5061</Port></Host>"
            "<Note By=\"me\">hi</Note><Closed>true</Closed><Ratio>0.5</Ratio></Order>");
}

TEST(XmlFromJson, EmptyThings) {
  EXPECT_EQ(*ToXml("{}"), "<Order/>");
  EXPECT_EQ(*ToXml(R"({"Numbers":[],"Host":[],"Name":"","SiteId":null})"),
            "<Order><Name/><SiteId/><TelephoneNumberList/></Order>");
}

TEST(XmlFromJson, TextOfTheRoot) {
  EXPECT_EQ(*ToXml(R"({"Unlink":"REMOVE"})",
                   R"({"xml":{"name":"S"},"properties":{"Unlink":{"xml":{"x-text":true}}}})"),
            "<S>REMOVE</S>");
}

TEST(XmlFromJson, WhatIsNotDeclaredIsWrittenAsItComes) {
  EXPECT_EQ(*ToXml(R"({"Z":{"@a":"1","#text":"t","B":[1,2]},"Y":true})", R"({"xml":{"name":"R"}})"),
            "<R><Y>true</Y><Z a=\"1\">t<B>1</B><B>2</B></Z></R>");
}

TEST(XmlFromJson, WhatXmlCannotHoldIsRefusedByName) {
  for (const auto& [json, named] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"({"Name":"a\u0001"})", "Name"},
           {R"({"Host":[{"Port":"\u0000"}]})", "Host.Port"},
           {R"({"a b":"x"})", "a b"},
           {R"({"1a":"x"})", "1a"},
           {R"({"":"x"})", "the body"},
           {R"({"a>":"x"})", "a>"},
           {R"({"Numbers":[["x"]]})", "Numbers"},
           {R"({"Id":["x"]})", "Id"},
           {R"({"Id":"1","@id":"2"})", "@id"},
           {R"({"#text":{"a":1}})", "#text"},
           {R"({"@x y":"1"})", "@x y"},
           {R"(["x"])", "the body"}}) {
    const auto written = ToXml(json);
    ASSERT_FALSE(written.ok()) << json;
    EXPECT_EQ(written.status().code(), StatusCode::kInvalidArgument);
    EXPECT_TRUE(Message(written.status()).find(named) != std::string::npos)
        << json << ": " << Message(written.status());
  }
}

Json Nested(int levels) {
  Json value = "x";
  for (int i = 0; i < levels; ++i) value = {{"a", std::move(value)}};
  return value;
}

TEST(XmlFromJson, AtTheDepthAndOnePast) {
  EXPECT_TRUE(XmlFromJson(Nested(kMaxXmlDepth), {}).ok());
  EXPECT_FALSE(XmlFromJson(Nested(kMaxXmlDepth + 1), {}).ok());
}

TEST(JsonFromXml, ReadsEveryForm) {
  EXPECT_EQ(
      FromXml("<Order id=\"7\"><Name>n</Name><SiteId> 743 </SiteId><Closed>false</Closed>"
              "<Ratio>1.5</Ratio><TelephoneNumberList><TelephoneNumber>+1555</TelephoneNumber>"
              "</TelephoneNumberList><Host><Port>1</Port></Host><Note By=\"me\">hi</Note>"
              "</Order>"),
      Json::parse(R"({"Id":"7","Name":"n","SiteId":743,"Closed":false,"Ratio":1.5,
                            "Numbers":["+1555"],"Host":[{"Port":1}],
                            "Note":{"Words":"hi","By":"me"}})"));
}

TEST(JsonFromXml, DeclaredListsAreAlwaysArrays) {
  EXPECT_EQ(FromXml("<Order><TelephoneNumberList/></Order>"),
            Json::parse(R"({"Numbers":[],"Host":[]})"));
  EXPECT_EQ(FromXml("<Order><TelephoneNumberList><TelephoneNumber>1</TelephoneNumber>"
                    "<TelephoneNumber>2</TelephoneNumber></TelephoneNumberList>"
                    "<Host/><Host><Port>2</Port></Host></Order>"),
            Json::parse(R"({"Numbers":["1","2"],"Host":[{},{"Port":2}]})"));
}

TEST(JsonFromXml, WhatStandsInAListWithoutBelongingThereIsKept) {
  EXPECT_EQ(FromXml("<Order><TelephoneNumberList><Count>1</Count><TelephoneNumber>1"
                    "</TelephoneNumber></TelephoneNumberList></Order>")["Numbers"],
            Json::parse(R"([{"Count":"1"},"1"])"));
}

TEST(JsonFromXml, TextsAreOfTheFirstTypeThatFits) {
  struct Case {
    const char* type;
    const char* text;
    const char* expected;
  };
  for (const Case& row : {
           Case{"\"integer\"", "743", "743"},
           Case{"\"integer\"", "-3", "-3"},
           Case{"\"integer\"", "007", "\"007\""},
           Case{"\"integer\"", "+1", "\"+1\""},
           Case{"\"integer\"", "1.5", "\"1.5\""},
           Case{"\"integer\"", "999999999999999", "999999999999999"},
           Case{"\"integer\"", "1000000000000000", "\"1000000000000000\""},
           Case{"\"integer\"", "", "null"},
           Case{"\"number\"", "0.50", "0.5"},
           Case{"\"number\"", "NaN", "\"NaN\""},
           Case{"\"boolean\"", "true", "true"},
           Case{"\"boolean\"", "TRUE", "\"TRUE\""},
           Case{"\"boolean\"", "", "null"},
           Case{"\"string\"", "0123", "\"0123\""},
           Case{"\"string\"", "true", "\"true\""},
           Case{"\"string\"", "", "\"\""},
           Case{R"(["integer","string"])", "5", "5"},
           Case{R"(["integer","string"])", "x5", "\"x5\""},
           Case{R"(["string","null"])", "", "\"\""},
           Case{R"(["integer","null"])", "", "null"},
       }) {
    SCOPED_TRACE(std::string(row.type) + " " + row.text);
    const std::string schema = std::string(R"({"properties":{"v":{"type":)") + row.type + "}}}";
    EXPECT_EQ(FromXml("<r><v>" + std::string(row.text) + "</v></r>", schema.c_str())["v"],
              Json::parse(row.expected));
  }
}

TEST(JsonFromXml, WhatIsNotDeclaredKeepsItsForm) {
  EXPECT_EQ(
      FromXml("<R xmlns=\"u\" xmlns:x=\"v\" a=\"1\"><x:B>1</x:B><C/><D e=\"2\">t</D><E>x<F/>y</E>"
              "<G>1</G><G>2</G></R>",
              "{}"),
      Json::parse(R"({"@a":"1","B":"1","C":"","D":{"@e":"2","#text":"t"},
                      "E":{"#text":"xy","F":""},"G":["1","2"]})"));
  EXPECT_EQ(FromXml("<R>only text</R>", "{}"), Json::parse(R"({"R":"only text"})"));
  // An element below what was declared as text.
  EXPECT_EQ(FromXml("<Order><SiteId><Id>1</Id></SiteId></Order>")["SiteId"],
            Json::parse(R"({"Id":"1"})"));
  // An element that is named as a property that is written otherwise.
  EXPECT_EQ(FromXml("<Order><Numbers>1</Numbers><Id>7</Id></Order>"),
            Json::parse(R"({"Numbers":["1"],"Id":"7","Host":[]})"));
  // A declared single element that comes twice.
  EXPECT_EQ(FromXml("<Order><SiteId>1</SiteId><SiteId>2</SiteId></Order>")["SiteId"],
            Json::parse("[1,2]"));
}

TEST(JsonFromXml, KnownListsAreArraysWithoutASchema) {
  for (const auto& [parent, entry] : std::initializer_list<std::pair<const char*, const char*>>{
           {"Sites", "Site"},
           {"SipPeers", "SipPeer"},
           {"ApplicationList", "Application"},
           {"TelephoneNumbers", "TelephoneNumber"},
           {"TelephoneNumberList", "TelephoneNumber"},
           {"ErrorList", "Error"},
           {"CompletedNumbers", "TelephoneNumber"},
           {"Phonenumbers", "Phonenumber"}}) {
    const std::string p = parent, e = entry;
    const Json value = FromXml("<R><" + p + "><" + e + ">1</" + e + "></" + p + "></R>", "{}");
    EXPECT_EQ(value, (Json{{p, {{e, Json::array({"1"})}}}}));
  }
}

TEST(JsonFromXml, PublishedDocumentsDeclareTheRootAsAMember) {
  EXPECT_EQ(FromXml("<Order><Id>1</Id></Order>",
                    R"({"properties":{"Order":{"properties":{"Id":{"type":"integer"}}}}})"),
            Json::parse(R"({"Id":1})"));
}

TEST(JsonFromXml, ARootThatIsAList) {
  EXPECT_EQ(FromXml("<Tns><Tn>1</Tn></Tns>",
                    R"({"type":"array","xml":{"wrapped":true},"items":{"xml":{"name":"Tn"}}})"),
            Json::parse(R"({"Tns":["1"]})"));
}

}  // namespace
}  // namespace bw::tool_service
