package dev.tertulia.server.protocol.full;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.chat.HistoryQuery;
import dev.tertulia.server.chat.RoomCommand;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Received;
import dev.tertulia.server.protocol.Received.Ref;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients of the full protocol ask for, read. In the texts here `'` stands for the quotation
/// mark.
final class RequestReaderTest {
  private static final RoomName R = new RoomName("r");

  private final Request.Reader reader = new Request.Reader(Language.EN);

  @Test
  void hello() {
    assertThat(request("{'type':'hello'}")).isEqualTo(new Request.Hello(null, List.of()));
    assertThat(request("{'type':'hello','device':'d','rooms':{'b':'t:1','a':null,'b':'t:2'}}"))
        .isEqualTo(
            new Request.Hello(
                "d",
                List.of(
                    new Request.Resume(new RoomName("b"), "t:2"),
                    new Request.Resume(new RoomName("a"), null))));
  }

  @Test
  void rooms() {
    assertThat(request("{'type':'join','room':'r'}")).isEqualTo(new Request.Join(R, null, null));
    assertThat(request("{'type':'join','room':'r','after':'t:1','limit':9}"))
        .isEqualTo(new Request.Join(R, "t:1", 9));
    assertThat(request("{'type':'leave','room':'r'}")).isEqualTo(new Request.Leave(R));
    assertThat(request("{'type':'presence','room':'r'}")).isEqualTo(new Request.Presence(R));
    assertThat(request("{'type':'rooms'}")).isEqualTo(new Request.Rooms());
    assertThat(request("{'type':'ping'}")).isEqualTo(new Request.Ping());
  }

  @Test
  void allRequests() {
    assertThat(request("{'type':'chat','room':'r','message':'m'}"))
        .isEqualTo(new RoomCommand.Chat(R, null, "m", null, null, null));
    assertThat(
            request(
                "{'type':'chat','room':'r','message':'','sender':'S','id':'i','reply_to':3,'data':{'a'"
                    + " : [1,\n"
                    + "-2.5e3]}}"))
        .isEqualTo(new RoomCommand.Chat(R, "S", "", "i", 3L, "{\"a\" : [1, -2.5e3]}"));
    assertThat(request("{'type':'edit','room':'r','target':2,'message':'m','id':'i','data':1}"))
        .isEqualTo(new RoomCommand.Edit(R, 2, "m", "i"));
    assertThat(request("{'type':'delete','room':'r','target':2}"))
        .isEqualTo(new RoomCommand.Delete(R, 2, null));
    assertThat(request("{'type':'react','room':'r','target':2,'emoji':'👍','remove':true}"))
        .isEqualTo(new RoomCommand.React(R, 2, "👍", true, null));
    assertThat(request("{'type':'react','room':'r','target':2,'emoji':'👍'}"))
        .isEqualTo(new RoomCommand.React(R, 2, "👍", false, null));
    assertThat(request("{'type':'typing','room':'r'}")).isEqualTo(new RoomCommand.Typing(R, null));
    assertThat(request("{'type':'typing','room':'r','sender':'S'}"))
        .isEqualTo(new RoomCommand.Typing(R, "S"));
    assertThat(request("{'type':'read','room':'r','offset':4}"))
        .isEqualTo(new RoomCommand.Read(R, 4));
  }

  @Test
  void pages() {
    assertThat(request("{'type':'history','room':'r'}"))
        .isEqualTo(new HistoryQuery(R, new HistoryQuery.Window.Before(Long.MAX_VALUE), 50));
    assertThat(request("{'type':'history','room':'r','before':9,'limit':200}"))
        .isEqualTo(new HistoryQuery(R, new HistoryQuery.Window.Before(9), 200));
    assertThat(request("{'type':'history','room':'r','after':0}"))
        .isEqualTo(new HistoryQuery(R, new HistoryQuery.Window.After(0), 50));
    assertInvalid("{'type':'history','room':'r','after':1,'before':2}", "before");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "false",
        "0",
        "-0.0e-0",
        "''",
        "'\\u00e9 \\\\ \\''",
        "[]",
        "{}",
        "[[],{}]",
        "{'':{'é😀':[null,'\\ud83d\\ude00']}}",
        "{'\\ud83d\\ude00':1}",
        "12345678901234567890123456789012345678901234567890"
      })
  void dataIsKeptVerbatim(String data) {
    String expected = data.replace('\'', '"');
    for (String end : new String[] {"}", " }", ",'room':'r'}"}) {
      assertThat(request("{'type':'chat','room':'r','data': " + data + end))
          .isEqualTo(new RoomCommand.Chat(R, null, "", null, null, expected));
    }
  }

  @Test
  void theRefMayBeAnywhereInTheObject() {
    assertThat(read("{'ref':'a\\n\\u0001\\\\b','type':'ping'}").ref())
        .isEqualTo(new Ref("\"a\\n\\u0001\\\\b\""));
    assertThat(read("{'type':'ping','ref':-7}").ref()).isEqualTo(new Ref("-7"));
    assertThat(read("{'type':'ping','ref':null}"))
        .isEqualTo(new Received.Ok<>(null, new Request.Ping()));
    assertThat(read("{'type':'ping','ref':1,'ref':2}").ref()).isEqualTo(new Ref("2"));
    assertThat(read("{'type':'nonsense','ref':1}").ref()).isEqualTo(new Ref("1"));
    assertThat(read("{'type':[1,{'ref':2}],'ref':1}").ref()).isEqualTo(new Ref("1"));
    assertThat(read("{'type':'chat','room':5,'data':'\\ud800','ref':1}").ref())
        .isEqualTo(new Ref("1"));
    assertThat(read("{'type':'chat','room':'r','message':'" + "x".repeat(65_537) + "','ref':1}"))
        .isEqualTo(
            new Received.Refused<>(new Ref("1"), Refusal.of(ErrorCode.TOO_LARGE, Language.EN)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "1e3", "true", "[1]", "{'a':1}", "'\\ud800'"})
  void aRefOfAnotherTypeIsInvalid(String ref) {
    assertThat(read("{'ref':" + ref + ",'type':'ping'}").ref()).isNull();
    assertInvalid("{'type':'ping','ref':" + ref + "}", "'ref'");
  }

  @Test
  void aRefIsBounded() {
    assertThat(read("{'type':'ping','ref':'" + "😀".repeat(128) + "'}"))
        .isInstanceOf(Received.Ok.class);
    assertInvalid("{'type':'ping','ref':'" + "x".repeat(129) + "'}", "'ref'");
    assertThat(read("{'type':'ping','ref':" + "1".repeat(128) + "}").ref())
        .isEqualTo(new Ref("1".repeat(128)));
    assertInvalid("{'type':'ping','ref':" + "1".repeat(129) + "}", "'ref'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':1} | 'type'",
        "{'type':'hello','device':1} | 'device'",
        "{'type':'hello','device':''} | 'device'",
        "{'type':'hello','rooms':[]} | 'rooms'",
        "{'type':'hello','rooms':{'r':1}} | 'rooms'",
        "{'type':'hello','rooms':{'r':''}} | 'rooms'",
        "{'type':'hello','rooms':{'..':null}} | 'rooms'",
        "{'type':'hello','rooms':{'r':'\\ud800'}} | 'rooms'",
        "{'type':'join'} | 'room'",
        "{'type':'join','room':null} | 'room'",
        "{'type':'join','room':'a b'} | 'room'",
        "{'type':'join','room':'.'} | 'room'",
        "{'type':'join','room':'\\udc00'} | 'room'",
        "{'type':'join','room':'r','after':1} | 'after'",
        "{'type':'leave','room':{}} | 'room'",
        "{'type':'chat','room':'r'} | 'message'",
        "{'type':'chat','room':'r','message':1} | 'message'",
        "{'type':'chat','room':'r','message':'\\ud800x'} | 'message'",
        "{'type':'chat','room':'r','message':'m','sender':true} | 'sender'",
        "{'type':'chat','room':'r','message':'m','id':''} | 'id'",
        "{'type':'chat','room':'r','message':'m','id':7} | 'id'",
        "{'type':'chat','room':'r','message':'m','reply_to':'1'} | 'reply_to'",
        "{'type':'chat','room':'r','message':'m','reply_to':0} | 'reply_to'",
        "{'type':'chat','room':'r','data':'\\ud800'} | 'data'",
        "{'type':'edit','room':'r','message':'m'} | 'target'",
        "{'type':'edit','room':'r','target':1,'data':1} | 'message'",
        "{'type':'edit','room':'r','target':1.0,'message':'m'} | 'target'",
        "{'type':'delete','room':'r','target':-1} | 'target'",
        "{'type':'delete','room':'r','target':9223372036854775808} | 'target'",
        "{'type':'react','room':'r','target':1} | 'emoji'",
        "{'type':'react','room':'r','target':1,'emoji':''} | 'emoji'",
        "{'type':'react','room':'r','target':1,'emoji':'x','remove':1} | 'remove'",
        "{'type':'read','room':'r'} | 'offset'",
        "{'type':'read','room':'r','offset':0} | 'offset'",
        "{'type':'history','room':'r','after':-1} | 'after'",
        "{'type':'history','room':'r','before':0} | 'before'",
        "{'type':'history','room':'r','limit':'1'} | 'limit'",
      })
  void anInvalidValueIsRefusedWithItsField(String text, String field) {
    assertInvalid(text, field);
  }

  @Test
  void fieldsOfOtherRequestTypesMayHoldAnything() {
    assertThat(request("{'type':'ping','room':1,'target':'x','rooms':3,'message':{},'limit':[]}"))
        .isEqualTo(new Request.Ping());
    assertThat(request("{'type':'ping','x':{'ref':[null,'\\ud800']}}"))
        .isEqualTo(new Request.Ping());
  }

  @Test
  void theLastOfDuplicateFieldsCounts() {
    assertThat(request("{'type':1,'room':'a b','type':'leave','room':'r'}"))
        .isEqualTo(new Request.Leave(R));
    assertInvalid("{'type':'leave','room':'r','room':null}", "'room'");
  }

  @Test
  void textsAreBounded() {
    String chat = "{'type':'chat','room':'r','message':'m','sender':'%s','id':'%s'}";
    assertThat(request(chat.formatted("😀".repeat(256), "😀".repeat(128)))).isNotNull();
    assertInvalid(chat.formatted("x".repeat(257), "i"), "'sender'");
    assertInvalid(chat.formatted("S", "x".repeat(129)), "'id'");
    String react = "{'type':'react','room':'r','target':1,'emoji':'%s'}";
    assertThat(request(react.formatted("😀".repeat(8)))).isNotNull();
    assertInvalid(react.formatted("😀".repeat(8) + "x"), "'emoji'");
    String join = "{'type':'join','room':'%s','after':'%s'}";
    assertThat(request(join.formatted("x".repeat(128), "x".repeat(128)))).isNotNull();
    assertInvalid(join.formatted("x".repeat(129), "x"), "'room'");
    assertInvalid(join.formatted("x", "x".repeat(129)), "'after'");
  }

  @Test
  void theSumOfMessageAndDataIsBounded() {
    String chat = "{'type':'chat','room':'r','message':'%s','data':%s}";
    assertThat(request(chat.formatted("é".repeat(16_384), "'" + "é".repeat(16_383) + "'")))
        .isNotNull();
    assertTooLarge(chat.formatted("é".repeat(16_384), "'" + "é".repeat(16_383) + "x'"));
    assertTooLarge("{'type':'chat','room':'r','data':'" + "x".repeat(65_535) + "'}");
    String edit = "{'type':'edit','room':'r','target':1,'message':'%s'}";
    assertThat(request(edit.formatted("😀".repeat(16_384)))).isNotNull();
    assertTooLarge(edit.formatted("😀".repeat(16_384) + "x"));
  }

  @Test
  void numbersAreBounded() {
    String read = "{'type':'read','room':'r','offset':%s}";
    assertThat(request(read.formatted(1))).isEqualTo(new RoomCommand.Read(R, 1));
    assertThat(request(read.formatted(Long.MAX_VALUE)))
        .isEqualTo(new RoomCommand.Read(R, Long.MAX_VALUE));
    assertInvalid(read.formatted("9".repeat(100_000)), "'offset'");
    String history = "{'type':'history','room':'r','limit':%s}";
    assertThat(request(history.formatted(1))).isNotNull();
    assertThat(request(history.formatted(200))).isNotNull();
    assertInvalid(history.formatted(0), "'limit'");
    assertInvalid(history.formatted(201), "'limit'");
    String join = "{'type':'join','room':'r','limit':%s}";
    assertThat(request(join.formatted(200))).isNotNull();
    assertInvalid(join.formatted(201), "'limit'");
    String resume = "{'type':'join','room':'r','after':'t:1','limit':%s}";
    assertThat(request(resume.formatted(10_000))).isNotNull();
    assertInvalid(resume.formatted(10_001), "'limit'");
  }

  @Test
  void roomsAreBounded() {
    String hello = "{'type':'hello','rooms':{%s}}";
    assertThat(request(hello.formatted(rooms(500)))).isNotNull();
    assertInvalid(hello.formatted(rooms(501)), "500");
    assertThat(request(hello.formatted(rooms(500) + ",'r1':null"))).isNotNull();
  }

  @Test
  void levelsAreBounded() {
    String chat = "{'type':'chat','room':'r','data':%s,'ref':1}";
    assertThat(read(chat.formatted("[".repeat(64) + "]".repeat(64))))
        .isInstanceOf(Received.Ok.class);
    assertInvalid(chat.formatted("[".repeat(65) + "]".repeat(65)), "'data'");
    assertThat(read(chat.formatted("[".repeat(65) + "]".repeat(65))).ref()).isEqualTo(new Ref("1"));
    assertThat(request("{'type':'ping','x':" + "[".repeat(499) + "]".repeat(499) + "}"))
        .isNotNull();
    assertInvalid("{'type':'ping','x':" + "[".repeat(500) + "]".repeat(500) + "}", "JSON");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "{",
        "{}x",
        "{} {}",
        "\ufeff{}",
        "{'ref':1,'type':}",
        "{'a':1,}",
        "{'a':01}",
        "{'data':{'a':}",
        "{'data':'a\nb'}",
        "{'data':NaN}",
        "{'ref':1,'data':{'\\udc00':1}}",
        "{'ref':'a"
      })
  void inputThatIsNotAnObject(String text) {
    assertInvalid(text, "JSON");
    assertThat(read(text).ref()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE"})
  void otherUnicodeEncodingsAreNotDetected(String charset) {
    byte[] text = "{\"type\":\"ping\"}".getBytes(Charset.forName(charset));
    assertThat(reader.read(text, 0, text.length)).isInstanceOf(Received.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'ref':1}", "{'ref':1,'type':null}", "{'ref':1,'type':'Chat'}"})
  void unknownTypes(String text) {
    assertThat(read(text))
        .isEqualTo(
            new Received.Refused<>(new Ref("1"), Refusal.of(ErrorCode.UNKNOWN_TYPE, Language.EN)));
  }

  @Test
  void onlyTheGivenRangeOfTheArrayIsRead() {
    byte[] text =
        "}}é{'type':'chat','room':'r','data':['é',1],'ref':1}garbage"
            .replace('\'', '"')
            .getBytes(StandardCharsets.UTF_8);
    assertThat(reader.read(text, 4, text.length - 4 - 7))
        .isEqualTo(
            new Received.Ok<>(
                new Ref("1"),
                new Request.InRoom(new RoomCommand.Chat(R, null, "", null, null, "[\"é\",1]"))));
  }

  @Test
  void manyEntriesOfAnInvalidHelloAreReadOnce() {
    assertInvalid("{'type':'hello','rooms':{%s}}".formatted(rooms(60_000)), "500");
  }

  private static String rooms(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "'r" + i + "':null")
        .collect(Collectors.joining(","));
  }

  private Received<Request> read(String text) {
    byte[] bytes = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return reader.read(bytes, 0, bytes.length);
  }

  /// The request, or the command or query of a room that it is.
  private Object request(String text) {
    return switch (read(text)) {
      case Received.Ok<Request>(Ref ref, Request.InRoom(RoomCommand command)) -> command;
      case Received.Ok<Request>(Ref ref, Request.History(HistoryQuery query)) -> query;
      case Received.Ok<Request> ok -> ok.request();
      case Received.Refused<Request> refused ->
          throw new AssertionError(refused.refusal().toString());
    };
  }

  private void assertInvalid(String text, String inMessage) {
    assertThat(read(text))
        .isInstanceOfSatisfying(
            Received.Refused.class,
            refused -> {
              assertThat(refused.refusal().code()).isEqualTo(ErrorCode.INVALID);
              assertThat(refused.refusal().message()).contains(inMessage);
            });
  }

  private void assertTooLarge(String text) {
    assertThat(read(text))
        .isInstanceOfSatisfying(
            Received.Refused.class,
            refused -> assertThat(refused.refusal().code()).isEqualTo(ErrorCode.TOO_LARGE));
  }
}
