"""A made-up law in the shape of the Export Trade Control Order (輸出貿易管理令), and revisions of it."""

from __future__ import annotations

from datetime import date, datetime

from tracker.demo.model import Archive, DemoRevision

LAW = "399CO0000000001"
NAME = "輸出貿易見本令"
FIRST = "輸出貿易見本令の一部を改正する政令"

_TEXT = """<?xml version="1.0" encoding="UTF-8"?>
<Law Era="Reiwa" Lang="ja" LawType="CabinetOrder" Num="1" Year="1">
  <LawNum>令和元年政令第一号</LawNum>
  <LawBody>
    <LawTitle Kana="ゆしゅつぼうえきみほんれい">輸出貿易見本令</LawTitle>
    <EnactStatement>内閣は、見本法の規定に基づき、この政令を制定する。</EnactStatement>
    <TOC><TOCLabel>目次</TOCLabel></TOC>
    <MainProvision>
      <Chapter Num="1">
        <ChapterTitle>第一章　総則</ChapterTitle>
        <Article Num="1">
          <ArticleCaption>（輸出の許可）</ArticleCaption>
          <ArticleTitle>第一条</ArticleTitle>
          <Paragraph Num="1">
            <ParagraphNum/>
            <ParagraphSentence>
              <Sentence Num="1">見本法第四十八条第一項に規定する政令で定める特定の地域を仕向地とする特定の種類の貨物の輸出は、別表第一中欄に掲げる貨物の同表下欄に掲げる地域を仕向地とする輸出とする。</Sentence>
            </ParagraphSentence>
          </Paragraph>
          <Paragraph Num="2">
            <ParagraphNum>２</ParagraphNum>
            <ParagraphSentence>
              <Sentence Num="1">前項の許可を受けようとする者は、経済産業大臣に申請しなければならない。</Sentence>
              <Sentence Num="2">ただし、次に掲げる場合は、この限りでない。</Sentence>
            </ParagraphSentence>
            <Item Num="1">
              <ItemTitle>一</ItemTitle>
              <ItemSentence><Sentence Num="1">総価額が百万円以下の貨物を輸出しようとするとき。</Sentence></ItemSentence>
            </Item>
            <Item Num="2">
              <ItemTitle>二</ItemTitle>
              <ItemSentence><Sentence Num="1">次のいずれかに該当する貨物を輸出しようとするとき。</Sentence></ItemSentence>
              <Subitem1 Num="1">
                <Subitem1Title>イ</Subitem1Title>
                <Subitem1Sentence><Sentence Num="1">外国貿易船又は航空機が自己の用に供する船用品又は航空機用品</Sentence></Subitem1Sentence>
              </Subitem1>
              <Subitem1 Num="2">
                <Subitem1Title>ロ</Subitem1Title>
                <Subitem1Sentence><Sentence Num="1">国際機関が送付する貨物であつて、我が国が締結した条約により輸出に対する制限を免除されているもの</Sentence></Subitem1Sentence>
              </Subitem1>
            </Item>
          </Paragraph>
        </Article>
        <Article Num="2">
          <ArticleTitle>第二条</ArticleTitle>
          <Paragraph Num="1">
            <ParagraphNum/>
            <ParagraphSentence><Sentence Num="1">経済産業大臣は、この政令の施行に関し必要な事項を定めることができる。</Sentence></ParagraphSentence>
          </Paragraph>
        </Article>
      </Chapter>
    </MainProvision>
    <SupplProvision>
      <SupplProvisionLabel>附　則</SupplProvisionLabel>
      <Paragraph Num="1">
        <ParagraphNum/>
        <ParagraphSentence><Sentence>この政令は、公布の日から施行する。</Sentence></ParagraphSentence>
      </Paragraph>
    </SupplProvision>
    <AppdxTable Num="1">
      <AppdxTableTitle>別表第一</AppdxTableTitle>
      <RelatedArticleNum>（第一条関係）</RelatedArticleNum>
      <TableStruct>
        <Table>
          <TableRow>
            <TableColumn><Sentence>一</Sentence></TableColumn>
            <TableColumn>
              <Sentence>次に掲げる貨物</Sentence>
              <Item Num="1"><ItemTitle>（一）</ItemTitle><ItemSentence><Sentence>銃砲若しくはこれに用いる銃砲弾</Sentence></ItemSentence></Item>
              <Item Num="2"><ItemTitle>（二）</ItemTitle><ItemSentence><Sentence>爆発物</Sentence></ItemSentence></Item>
            </TableColumn>
            <TableColumn><Sentence>全地域</Sentence></TableColumn>
          </TableRow>
          <TableRow>
            <TableColumn><Sentence>二</Sentence></TableColumn>
            <TableColumn>
              <Sentence>次に掲げる貨物であつて、経済産業省令で定める仕様のもの</Sentence>
              <Sentence>（一）　核燃料物質又は核原料物質</Sentence>
              <Sentence>（二）　真空ポンプであつて、吸気口の内径が三十八センチメートル以上のもの</Sentence>
            </TableColumn>
            <TableColumn><Sentence>全地域</Sentence></TableColumn>
          </TableRow>
        </Table>
      </TableStruct>
    </AppdxTable>
  </LawBody>
</Law>
"""
_NEW_ITEM = "              <Sentence>（三）　圧力計であつて、絶対圧力を測定することができるもの</Sentence>\n            </TableColumn>\n            <TableColumn><Sentence>全地域</Sentence></TableColumn>\n          </TableRow>\n        </Table>"
_TABLE_END = "            </TableColumn>\n            <TableColumn><Sentence>全地域</Sentence></TableColumn>\n          </TableRow>\n        </Table>"


def first_text() -> str:
    """The text in force."""
    return _TEXT


def second_text() -> str:
    """The next text: another value in 第一条第二項第一号, a new （三） in 二の項, another size in its （二）, and a supplementary provision."""
    text = _TEXT.replace("総価額が百万円以下", "総価額が五百万円以下").replace(
        "三十八センチメートル", "四十センチメートル"
    )
    text = text.replace(_TABLE_END, _NEW_ITEM)
    added = (
        '<SupplProvision AmendLawNum="令和八年政令第三百号"><SupplProvisionLabel>附　則</SupplProvisionLabel><Paragraph Num="1"><ParagraphNum/>'
        "<ParagraphSentence><Sentence>この政令は、令和九年四月一日から施行する。</Sentence></ParagraphSentence></Paragraph></SupplProvision>\n"
    )
    return text.replace("    <AppdxTable", f"    {added}    <AppdxTable", 1)


def between_text() -> str:
    """A text of an earlier day than the second: 第二条 only."""
    return _TEXT.replace("必要な事項を定める", "必要な事項を告示で定める")


def put(archive: Archive, at: datetime, text: str, day: date, **facts: object) -> DemoRevision:
    """List a revision from an instant on."""
    values: dict[str, object] = {
        "promulgated": date(2026, 11, 20),
        "amendment_title": FIRST,
        "amendment_number": "令和八年政令第三百号",
        "amendment_id": "508CO0000000300",
        **facts,
    }
    revision = DemoRevision(LAW, "令和元年政令第一号", NAME, day, listed_from=at, **values)  # type: ignore[arg-type]
    revision.text.put(at, text)
    archive.laws.setdefault(LAW, []).append(revision)
    return revision
