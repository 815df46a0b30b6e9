package access

import (
	"net/http"
	"net/url"
	"strings"
)

// row says what everybody is answered on one route.
type row struct {
	pattern string
	kind    string // of the target; empty: the route needs none
	query   string
	form    func(target) url.Values // what is posted
	header  http.Header             // beside the cookies
	want    string                  // one word for each of people, or one for everybody
	tells   bool                    // it may tell the names to anybody
	knows   string                  // who else may read them here, and nowhere else
	shows   bool                    // whoever is let in must read the child's name: the seed is not empty
}

// Words of the table, beside the statuses of refusals:
//
//	200  the page, or the form again with more to fill in
//	did  a form's act was done, and leads on
//	led  led on elsewhere, and nothing was changed
//	in   led to where one signs in
//	422  let in, and the form is refused for what it says
//	409  let in, and it is not the time for it
//
// Where a POST is answered with 401, 403, 404 or led, and on every GET, nothing at
// all may have changed.
//
// The columns are those of people.
var table = []row{
	// Whoever may read dossiers reads those of their own place only; elsewhere
	// there is nothing.
	//                                                                            str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "GET /ban-lam-viec", want: "                                        in  403 403 200 200 200 200 200 200 403 200 200 200 200"},
	{pattern: "GET /ban-lam-viec/mo", kind: "filed", query: "so={number}", want: "in  403 403 led led led led led led 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}", kind: "filed", shows: true, want: "       in  403 403 200 200 200 200 200 200 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}", kind: "draft", want: "                    in  403 403 404 404 404 404 404 404 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}/giay-to/{file}", kind: "filed", want: "     in  403 403 200 200 200 200 200 200 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}/giay-to/{file}", kind: "strange", want: "   in  403 403 404 404 404 404 404 404 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}/phieu/{slot}", kind: "accepted", want: "    in  403 403 200 200 200 200 200 200 403 404 404 404 404"},

	// The page for leaders: whoever may open the numbers of the board.
	//                                                                            str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "GET /chi-tieu/lanh-dao", want: "                                   in  403 403 403 403 403 200 200 200 403 403 403 403 200"},

	// The register: everybody who reads dossiers, each those of their own place; one's
	// saved filters are one's own. People are found by who receives them.
	//                                                                                    str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "GET /ban-lam-viec/so", kind: "filed", want: "                              in  403 403 200 200 200 200 200 200 403 200 200 200 200"},
	{pattern: "GET /ban-lam-viec/so/tep.csv", kind: "filed", want: "                      in  403 403 200 200 200 200 200 200 403 200 200 200 200"},
	{pattern: "GET /ban-lam-viec/so/tep.xlsx", kind: "filed", want: "                     in  403 403 200 200 200 200 200 200 403 200 200 200 200"},
	{pattern: "GET /ban-lam-viec/so/mau-06", kind: "accepted", want: "                    in  403 403 200 200 200 200 200 200 403 200 200 200 200"},
	{pattern: "GET /ban-lam-viec/so/bo-loc", want: "                                      in  403 403 200 200 200 200 200 200 403 200 200 200 200"},
	{pattern: "POST /ban-lam-viec/so/bo-loc", form: view, want: "                         401 403 403 did did did did did did 403 did did did did"},
	{pattern: "POST /ban-lam-viec/so/bo-loc/{view}/doi-ten", kind: "view", form: view, want: " 401 403 403 did 404 404 404 404 404 403 404 404 404 404"},
	{pattern: "POST /ban-lam-viec/so/bo-loc/{view}/xoa", kind: "view", form: blank, want: "   401 403 403 did led led led led led 403 led led led led"},
	{pattern: "POST /ban-lam-viec/giao-nhieu", kind: "filed", form: many, want: "         401 403 403 403 403 403 200 200 403 403 403 403 403 422"},
	{pattern: "GET /ban-lam-viec/nguoi", kind: "filed", query: "q=doan+thi+lang", want: " in  403 403 200 403 403 403 403 403 403 200 403 403 403"},
	{pattern: "GET /ban-lam-viec/nguoi/ho-so/{id}", kind: "filed", shows: true, want: "   in  403 403 200 403 403 403 403 403 403 404 403 403 403"},

	// The clerk's acts.
	//                                                                                               str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "GET /ban-lam-viec/tiep-nhan-tai-quay", want: "                                        in  403 403 200 403 403 403 403 403 403 200 403 403 403"},
	{pattern: "POST /ban-lam-viec/tiep-nhan-tai-quay", form: blank, want: "                          401 403 403 200 403 403 403 403 403 403 200 403 403 403"},
	{pattern: "POST /ban-lam-viec/tiep-nhan-tai-quay", form: counter, want: "                        401 403 403 200 403 403 403 403 403 403 403 403 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/tiep-nhan", kind: "filed", form: act, want: "                 401 403 403 did 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "GET /ban-lam-viec/{id}/yeu-cau-bo-sung", kind: "filed", shows: true, want: "          in  403 403 200 led led led led led 403 404 404 404 404"},
	{pattern: "POST /ban-lam-viec/{id}/yeu-cau-bo-sung", kind: "filed", form: defects, want: "       401 403 403 did 409 404 404 404 404 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}/tu-choi", kind: "filed", shows: true, want: "                  in  403 403 200 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/tu-choi", kind: "filed", form: reason, want: "                401 403 403 did 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/bo-sung-tai-quay", kind: "waiting", form: act, want: "        401 403 403 did 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/tra-ket-qua", kind: "signed", form: collector, want: "        401 403 403 did 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/nhan-viec", kind: "filed", form: act, want: "                 401 403 403 did 403 403 403 403 403 403 404 404 404 404"},

	// Whoever takes fees: the clerk, and a cashier where there is one.
	//                                                                                               str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "GET /ban-lam-viec/{id}/thu-phi", kind: "late", shows: true, want: "                   in  403 403 200 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/thu-phi", kind: "late", form: collect, want: "                401 403 403 did 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/thu-phi", kind: "accepted", form: collect, want: "            401 403 403 409 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "GET /ban-lam-viec/{id}/bien-lai/{receipt}", kind: "paid", want: "                     in  403 403 200 200 200 200 200 200 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}/bien-lai/{receipt}", kind: "strange receipt", want: "          in  403 403 404 404 404 404 404 404 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}/bien-lai/{receipt}/huy", kind: "paid", want: "                 in  403 403 200 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/bien-lai/{receipt}/huy", kind: "paid", form: reason, want: "  401 403 403 did 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "GET /bien-lai", kind: "paid", want: "                                                 in  403 403 200 403 403 403 403 403 403 200 403 403 403"},
	{pattern: "GET /bien-lai.csv", kind: "paid", want: "                                             in  403 403 200 403 403 403 403 403 403 200 403 403 403"},

	// The specialist's.
	{pattern: "POST /ban-lam-viec/{id}/nhan-viec", kind: "accepted", form: act, want: "              401 403 403 403 did 403 403 403 403 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}/yeu-cau-bo-sung", kind: "accepted", shows: true, want: "       in  403 403 led 200 led led led led 403 404 404 404 404"},
	{pattern: "POST /ban-lam-viec/{id}/yeu-cau-bo-sung", kind: "accepted", form: defects, want: "    401 403 403 409 did 404 404 404 404 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}/trinh-tu-choi", kind: "accepted", shows: true, want: "         in  403 403 403 200 403 403 403 403 403 403 404 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/trinh-tu-choi", kind: "accepted", form: reason, want: "       401 403 403 403 did 403 403 403 403 403 403 404 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/trinh-ky", kind: "checked", form: result, want: "             401 403 403 403 did 403 403 403 403 403 403 404 403 403"},

	// Corrections, originals and slips.
	//                                                                                                              str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "GET /ban-lam-viec/{id}/huy-tiep-nhan", kind: "accepted", shows: true, want: "                             in  403 403 200 led led 200 200 led 403 404 404 404 404"},
	{pattern: "POST /ban-lam-viec/{id}/huy-tiep-nhan", kind: "accepted", form: reason, want: "                          401 403 403 did 404 404 did did 404 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}/sai-thu-tuc", kind: "filed", want: "                                               in  403 403 led 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/sai-thu-tuc", kind: "filed", form: reason, want: "                               401 403 403 409 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/tra-ban-chinh", kind: "kept", form: returned, want: "                            401 403 403 did 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/phieu", kind: "accepted", form: blank, want: "                                   401 403 403 led 403 403 403 403 403 403 404 403 403 403"},
	{pattern: "GET /ban-lam-viec/{id}/phieu/{slot}", kind: "controlled", want: "                                         in  403 403 200 200 200 200 200 200 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}/xin-loi", kind: "accepted", want: "                                                in  403 403 led led led led led led 403 404 404 404 404"},
	{pattern: "POST /ban-lam-viec/{id}/xin-loi", kind: "accepted", form: reason, want: "                                401 403 403 404 409 409 404 404 404 403 404 404 404 404"},

	// What is due at once, on one screen: each act is by whoever has the right.
	{pattern: "GET /ban-lam-viec/{id}/tra-ngay", kind: "filed", shows: true, want: "                                     in  403 403 200 200 200 200 200 200 403 404 404 404 404"},
	{pattern: "POST /ban-lam-viec/{id}/tra-ngay", kind: "filed", form: lane, want: "                                    401 403 403 did 404 404 404 404 404 403 404 404 404 404"},

	// Another agency that is asked: its people see the dossier through the question
	// only; whoever asked does not see the question's own pages.
	//                                                                                                                  str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "GET /xin-y-kien", kind: "consulted", want: "                                                             in  403 403 403 200 403 403 403 403 403 403 200 403 403"},
	{pattern: "GET /xin-y-kien/{consult}", kind: "consulted", shows: true, knows: "neighbour specialist", want: "        in  403 403 403 404 403 403 403 403 403 403 200 403 403"},
	{pattern: "GET /xin-y-kien/{consult}/giay-to/{file}", kind: "consulted", want: "                                     in  403 403 403 404 403 403 403 403 403 403 200 403 403"},
	{pattern: "GET /xin-y-kien/{consult}/giay-to/{file}", kind: "strangely consulted", want: "                           in  403 403 403 404 403 403 403 403 403 403 404 403 403"},
	{pattern: "POST /xin-y-kien/{consult}", kind: "consulted", form: opinion, want: "                                    401 403 403 403 404 403 403 403 403 403 403 did 403 403"},
	{pattern: "GET /ban-lam-viec/{id}", kind: "consulted", shows: true, want: "                                          in  403 403 200 200 200 200 200 200 403 404 404 404 404"},
	{pattern: "GET /ban-lam-viec/{id}/xin-y-kien", kind: "accepted", want: "                                             in  403 403 403 200 403 403 403 403 403 403 404 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/xin-y-kien", kind: "accepted", form: question, want: "                            401 403 403 403 did 403 403 403 403 403 403 404 403 403"},
	{pattern: "POST /ban-lam-viec/{id}/rut-cau-hoi", kind: "consulted", form: withdrawn, want: "                         401 403 403 403 did 403 403 403 403 403 403 404 403 403"},
	{pattern: "GET /ban-lam-viec/{id}/y-kien/{file}", kind: "opined", want: "                                            in  403 403 200 200 200 200 200 200 403 404 404 404 404"},

	// The signer's.
	{pattern: "POST /ban-lam-viec/{id}/nhan-viec", kind: "proposed", form: act, want: "              401 403 403 403 403 did 403 403 403 403 404 404 404 404"},
	{pattern: "POST /ban-lam-viec/{id}/ky", kind: "proposed", form: act, want: "                     401 403 403 403 403 did 403 403 403 403 403 403 404 403"},
	{pattern: "GET /ban-lam-viec/{id}/tra-lai", kind: "proposed", shows: true, want: "               in  403 403 403 403 200 403 403 403 403 403 403 404 403"},
	{pattern: "POST /ban-lam-viec/{id}/tra-lai", kind: "proposed", form: reason, want: "             401 403 403 403 403 did 403 403 403 403 403 403 404 403"},
	{pattern: "GET /ban-lam-viec/{id}/ky-tu-choi", kind: "doubted", shows: true, want: "             in  403 403 403 403 200 403 403 403 403 403 403 404 403"},
	{pattern: "POST /ban-lam-viec/{id}/ky-tu-choi", kind: "doubted", form: reason, want: "           401 403 403 403 403 did 403 403 403 403 403 403 404 403"},

	{pattern: "GET /ban-lam-viec/ky-nhieu", kind: "proposed", want: "                         in  403 403 403 403 200 403 403 403 403 403 403 200 403"},
	{pattern: "POST /ban-lam-viec/ky-nhieu", form: blank, want: "                             401 403 403 403 403 422 403 403 403 403 403 403 422 403"},
	{pattern: "POST /ban-lam-viec/ky-nhieu", kind: "to sign", form: picked, want: "            401 403 403 403 403 200 403 403 403 403 403 403 409 403"},

	// Those who give out the work.
	{pattern: "POST /ban-lam-viec/{id}/phan-cong", kind: "filed", form: assign, want: "              401 403 403 403 403 403 did did 403 403 403 403 403 404"},

	// An applicant's drafts and dossiers are theirs; an official is an applicant
	// with nothing of their own. A clerk answers a request for somebody at the desk.
	//                                                                                        str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "POST /nop-ho-so", form: start, want: "                                         401 did did did did did did did did did did did did did"},
	{pattern: "GET /nop-ho-so/{draft}", kind: "draft", want: "                                in  led 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "GET /nop-ho-so/{draft}/{page}", kind: "draft", shows: true, want: "            in  200 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "POST /nop-ho-so/{draft}/{page}", kind: "draft", form: answer, want: "          401 did 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "GET /nop-ho-so/{draft}/kiem-tra", kind: "draft", shows: true, want: "          in  200 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "POST /nop-ho-so/{draft}/gui", kind: "draft", form: act, want: "                401 did 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "GET /nop-ho-so/{draft}/xoa", kind: "draft", want: "                            in  200 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "POST /nop-ho-so/{draft}/xoa", kind: "draft", form: act, want: "                401 did led led led led led led led led led led led led"},
	{pattern: "GET /nop-ho-so/{draft}/giay-to/{file}", kind: "draft", want: "                 in  200 404 404 404 404 404 404 404 404 404 404 404 404"},
	// A paper that comes in pieces is its sender's alone.
	{pattern: "POST /nop-ho-so/{draft}/tai-len/{field}", kind: "draft", header: tus, want: "      401 201 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "HEAD /nop-ho-so/{draft}/tai-len/{upload}", kind: "upload", want: "                 in  200 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "GET /nop-ho-so/{draft}/tai-len/{upload}", kind: "upload", want: "                  in  200 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "PATCH /nop-ho-so/{draft}/tai-len/{upload}", kind: "upload", header: piece, want: "   401 204 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "DELETE /nop-ho-so/{draft}/tai-len/{upload}", kind: "upload", want: "               401 200 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "GET /ho-so-cua-toi", kind: "filed", want: "                                    in  200 200 200 200 200 200 200 200 200 200 200 200 200"},
	{pattern: "GET /ho-so-cua-toi/{id}", kind: "filed", shows: true, want: "                  in  200 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "GET /ho-so-cua-toi/{id}/da-nop", kind: "filed", want: "                        in  200 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "POST /ho-so-cua-toi/{id}/bo-sung", kind: "waiting", form: act, want: "         401 did 404 did 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "GET /ho-so-cua-toi/{id}/rut", kind: "filed", want: "                           in  200 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "POST /ho-so-cua-toi/{id}/rut", kind: "filed", form: act, want: "               401 did 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "GET /ho-so-cua-toi/{id}/giay-to/{file}", kind: "filed", want: "                in  200 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "GET /ho-so-cua-toi/{id}/giay-to/{file}", kind: "strange", want: "              in  404 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "GET /ho-so-cua-toi/{id}/giay-to/{result}", kind: "proposed", want: "           in  404 404 404 404 404 404 404 404 404 404 404 404 404"},

	// What people were told is theirs alone.
	//                                                                                     str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "GET /hop-thu", kind: "notice", want: "                                       in  200 200 200 200 200 200 200 200 200 200 200 200 200"},
	{pattern: "POST /hop-thu/{id}/mo", kind: "notice", form: blank, want: "                 401 did 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "POST /hop-thu/da-doc", kind: "notice", form: seen, want: "                   401 did led led led led led led led led led led led led"},
	{pattern: "GET /ho-so-cua-toi/{id}/bien-lai/{receipt}", kind: "paid", want: "             in  200 404 404 404 404 404 404 404 404 404 404 404 404"},
	{pattern: "GET /ho-so-cua-toi/{id}/bien-lai/{receipt}", kind: "strange receipt", want: "  in  404 404 404 404 404 404 404 404 404 404 404 404 404"},

	// A number alone tells the state; with the secret of the receipt it tells more.
	{pattern: "GET /tra-cuu", kind: "filed", query: "so={number}", want: "200"},
	{pattern: "POST /tra-cuu", kind: "filed", form: follow, tells: true, shows: true, want: "200"},
	{pattern: "POST /tra-cuu", kind: "accepted", form: guess, want: "422"},

	// Everybody.
	{pattern: "GET /{$}", want: "200"},
	{pattern: "GET /thu-tuc", want: "200"},
	{pattern: "GET /thu-tuc/{code}", kind: "procedure", want: "200"},
	{pattern: "GET /su-kien/{id}", kind: "event", want: "200"},
	{pattern: "GET /chi-tieu", want: "200"},
	{pattern: "GET /chi-tieu/{id}", kind: "measured", want: "200"},
	{pattern: "GET /chi-tieu/{id}/{measure}", kind: "measured", want: "200"},
	{pattern: "GET /chi-tieu/{id}/{measure}/phan-tich", kind: "measured", want: "200"},
	{pattern: "GET /chi-tieu/{id}/{measure}/dinh-nghia", kind: "measured", want: "200"},
	{pattern: "GET /chi-tieu/{id}/{measure}/so-lieu.csv", kind: "measured", want: "200"},
	{pattern: "GET /nhung/chi-tieu/{id}/{measure}", kind: "measured", want: "404"}, // there are no two months to draw
	{pattern: "GET /chi-tieu/thay-doi.atom", want: "200"},
	{pattern: "GET /chi-tieu/in.css", want: "200"},
	{pattern: "GET /api/v1/targets", want: "200"},
	{pattern: "GET /api/v1/targets/{id}/readings", kind: "measured", want: "200"},
	{pattern: "GET /api/v1/procedures", want: "200"},
	{pattern: "GET /api/v1/procedures/{code}", kind: "procedure", want: "200"},
	{pattern: "GET /api/openapi.json", want: "200"},
	{pattern: "GET /healthz", want: "200"},
	{pattern: "GET /readyz", want: "200"},
	{pattern: "GET /favicon.ico", want: "led"},
	{pattern: "GET /assets/{hash}/{name}", kind: "asset", want: "200"},

	// Officials are managed by the administrator of the level: this one of the province.
	// Those of communes are in officials_test.go.
	//                                                                                                              str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "GET /quan-tri", want: "                                                                              in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "GET /quan-tri/can-bo/them", want: "                                                                  in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/can-bo/them", form: newcomer, want: "                                                 401 403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "GET /quan-tri/can-bo/{id}", kind: "employed", want: "                                                in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "GET /quan-tri/can-bo/{id}/vai-tro", kind: "employed", want: "                                        in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/can-bo/{id}/vai-tro", kind: "employed", form: cashier, want: "                        401 403 403 403 403 403 403 403 403 did 403 403 403 403"},
	{pattern: "GET /quan-tri/can-bo/{id}/vai-tro/{assignment}/ket-thuc", kind: "employed", want: "                  in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/can-bo/{id}/vai-tro/{assignment}/ket-thuc", kind: "employed", form: atOnce, want: "   401 403 403 403 403 403 403 403 403 did 403 403 403 403"},
	{pattern: "GET /quan-tri/can-bo/{id}/ho-ten", kind: "employed", want: "                                         in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/can-bo/{id}/ho-ten", kind: "employed", form: renamed, want: "                         401 403 403 403 403 403 403 403 403 did 403 403 403 403"},
	{pattern: "GET /quan-tri/can-bo/{id}/mat-khau", kind: "employed", want: "                                       in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/can-bo/{id}/mat-khau", kind: "employed", form: reason, want: "                        401 403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "GET /quan-tri/can-bo/{id}/dong", kind: "employed", want: "                                           in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/can-bo/{id}/dong", kind: "employed", form: reason, want: "                            401 403 403 403 403 403 403 403 403 did 403 403 403 403"},
	{pattern: "GET /quan-tri/can-bo/{id}/mo-lai", kind: "closed", want: "                                           in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/can-bo/{id}/mo-lai", kind: "closed", form: back, want: "                              401 403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "GET /quan-tri/can-bo/{id}/vang-mat", kind: "employed", want: "                                       in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/can-bo/{id}/vang-mat", kind: "employed", form: away, want: "                          401 403 403 403 403 403 403 403 403 did 403 403 403 403"},
	{pattern: "GET /quan-tri/can-bo/{id}/vang-mat/{absence}/huy", kind: "employed", want: "                         in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/can-bo/{id}/vang-mat/{absence}/huy", kind: "employed", form: reason, want: "          401 403 403 403 403 403 403 403 403 did 403 403 403 403"},
	{pattern: "GET /quan-tri/nhap", want: "                                                                         in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "GET /quan-tri/nhap/mau.csv", want: "                                                                 in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/nhap", form: sheet, want: "                                                           401 403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/nhap/ghi", form: sheet, want: "                                                       401 403 403 403 403 403 403 403 403 200 403 403 403 403"},

	// Agencies, in the same way: here a department of the province.
	//                                                                                        str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "GET /quan-tri/co-quan", want: "                                                in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "GET /quan-tri/co-quan/{agency}", kind: "agency", want: "                       in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "GET /quan-tri/don-vi/{unit}/them-co-quan", kind: "agency", want: "             in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/don-vi/{unit}/them-co-quan", kind: "agency", form: office, want: "401 403 403 403 403 403 403 403 403 did 403 403 403 403"},
	{pattern: "GET /quan-tri/co-quan/{agency}/doi-ten", kind: "agency", want: "               in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/co-quan/{agency}/doi-ten", kind: "agency", form: office, want: " 401 403 403 403 403 403 403 403 403 did 403 403 403 403"},
	{pattern: "GET /quan-tri/co-quan/{agency}/ket-thuc", kind: "agency", want: "              in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/co-quan/{agency}/ket-thuc", kind: "agency", form: office, want: "401 403 403 403 403 403 403 403 403 did 403 403 403 403"},
	{pattern: "GET /quan-tri/co-quan/{agency}/mo-lai", kind: "ended agency", want: "          in  403 403 403 403 403 403 403 403 200 403 403 403 403"},
	{pattern: "POST /quan-tri/co-quan/{agency}/mo-lai", kind: "ended agency", form: office, want: " 401 403 403 403 403 403 403 403 403 did 403 403 403 403"},

	// A clerk lets a person back in who stands at the desk.
	//                                                                                     str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "GET /ban-lam-viec/tai-khoan", want: "                                        in  403 403 200 403 403 403 403 403 403 200 403 403 403"},
	{pattern: "POST /ban-lam-viec/tai-khoan", form: blank, want: "                          401 403 403 422 403 403 403 403 403 403 422 403 403 403"},
	{pattern: "POST /ban-lam-viec/tai-khoan/cap-lai", kind: "forgetful", form: card, want: " 401 403 403 200 403 403 403 403 403 403 200 403 403 403"},

	// A forgotten password: who is signed in has none.
	{pattern: "GET /quen-mat-khau", want: "                                                 200 led led led led led led led led led led led led led"},
	{pattern: "POST /quen-mat-khau", form: blank, want: "422"},
	{pattern: "GET /quen-mat-khau/ma", want: "                                              200 led led led led led led led led led led led led led"},
	{pattern: "POST /quen-mat-khau/ma", form: blank, want: "422"},

	// One's own account; the last two end sessions and stand last.
	//                                                                                     str own oth clk spe sig hea lea ins adm nCl nSp nSi nHe
	{pattern: "GET /dang-nhap", want: "                                                    200 led led led led led led led led led led led led led"},
	{pattern: "POST /dang-nhap", form: blank, want: "422"},
	{pattern: "GET /dang-ky", want: "                                                      200 led led led led led led led led led led led led led"},
	{pattern: "POST /dang-ky", form: blank, want: "422"},
	{pattern: "GET /dang-ky/xong", want: "                                                 in  200 200 200 200 200 200 200 200 200 200 200 200 200"},
	{pattern: "GET /tai-khoan", want: "                                                    in  200 200 200 200 200 200 200 200 200 200 200 200 200"},
	{pattern: "GET /tai-khoan/mat-khau", want: "                                           in  200 200 200 200 200 200 200 200 200 200 200 200 200"},
	{pattern: "POST /tai-khoan/mat-khau", form: password, want: "                          401 422 422 422 422 422 422 422 422 422 422 422 422 422"},
	{pattern: "GET /tai-khoan/thu-dien-tu", want: "                                        in  200 200 200 200 200 200 200 200 200 200 200 200 200"},
	{pattern: "POST /tai-khoan/thu-dien-tu", form: blank, want: "                          401 422 422 422 422 422 422 422 422 422 422 422 422 422"},
	{pattern: "GET /tai-khoan/thu-dien-tu/ma", want: "                                     in  200 200 200 200 200 200 200 200 200 200 200 200 200"},
	{pattern: "POST /tai-khoan/thu-dien-tu/ma", form: blank, want: "                       401 422 422 422 422 422 422 422 422 422 422 422 422 422"},
	{pattern: "POST /tai-khoan/thu-dien-tu/nhan", form: blank, want: "                     401 did did did did did did did did did did did did did"},
	{pattern: "POST /tai-khoan/phien/{id}/ket-thuc", kind: "session", form: blank, want: " 401 did led led led led led led led led led led led led"},
	{pattern: "POST /tai-khoan/phien/ket-thuc-khac", kind: "session", form: blank, want: " 401 did led led led led led led led led led led led led"},
	{pattern: "POST /dang-xuat", form: blank, want: "                                      led did did did did did did did did did did did did did"},
}

// tus announces a paper of eight bytes, and piece brings none of them.
var (
	tus   = http.Header{"Tus-Resumable": {"1.0.0"}, "Upload-Length": {"8"}}
	piece = http.Header{"Tus-Resumable": {"1.0.0"}, "Upload-Offset": {"0"}, "Content-Type": {"application/offset+octet-stream"}}
)

// The forms, well-formed for whoever may send them.

func blank(t target) url.Values { return url.Values{"key": {t["key"]}} }

// act is a form without anything to write.
func act(t target) url.Values {
	return url.Values{"key": {t["key"]}, "version": {t["version"]}, "_version": {t["version"]}}
}

func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func reason(t target) url.Values {
	return with(act(t), "reason", "Không thuộc thẩm quyền.", "confirm", "1")
}
func collector(t target) url.Values { return with(act(t), "collector", "Người đến nhận") }
func assign(t target) url.Values    { return with(act(t), "to", t["to"]) }

// collect determines a fee that is not known and takes it.
func collect(t target) url.Values {
	return with(act(t), "fee", "1", "amount-0", "15.000", "basis-0", "Nghị quyết của Hội đồng nhân dân tỉnh", "amount", "15.000", "payer", "Người nộp", "method", "cash")
}

func defects(t target) url.Values {
	return with(act(t), "subject-0", "Giấy chứng sinh", "wrong-0", "Ảnh mờ", "mend-0", "Chụp lại")
}

func result(t target) url.Values {
	return with(act(t), "number", "15/2026", "book", "01/2026", "on-day", "23", "on-month", "11", "on-year", "2026")
}

func question(t target) url.Values {
	return with(act(t), "agency-0", "Ủy ban nhân dân phường Phú Khương", "question-0", "Người này có thường trú không?", "amount-0", "4", "unit-0", "working_hours")
}
func opinion(t target) url.Values {
	return with(blank(t), "opinion", "agree", "answer", "Có thường trú.")
}
func returned(t target) url.Values { return with(act(t), "returned", "birth_certificate") }
func lane(t target) url.Values     { return with(act(t), "acts", "accept") }
func picked(t target) url.Values {
	return with(blank(t), "pick", t["id"], "version-"+t["id"], t["version"])
}
func withdrawn(t target) url.Values { return with(act(t), "consult", t["consult"]) }

// view is a filter that somebody keeps under a name of their own.
func view(t target) url.Values {
	return with(blank(t), "name", "Bộ lọc "+t["key"], "loc", "trang-thai=mo")
}

// many gives a dossier to nobody, among many.
func many(t target) url.Values {
	return with(blank(t), "chon", t["id"]+"."+t["version"], "to", t["to"], "sure", "1")
}

// counter names the agency of Xã Phú Túc, whoever sends it.
func counter(t target) url.Values { return with(blank(t), "co-quan", "ubnd-28810-2025") }

func start(t target) url.Values { return with(blank(t), "thu-tuc", "1.001193", "moi", "1") }

func answer(t target) url.Values {
	return with(blank(t), "_revision", t["revision"], "child_name", child, "child_sex", "male")
}

func seen(t target) url.Values { return with(blank(t), "seen", t["id"]) }

func card(t target) url.Values {
	return with(blank(t), "account", t["account"], "proof", "card", "citizen", "083198004321", "reason", "forgotten")
}

// newcomer is an official whom nobody knows yet.
func newcomer(t target) url.Values {
	return with(post(t, "clerk"), "name", "Lê Thị Bình", "handle", strings.ToLower(t["key"])+"@benso.example")
}

// post is a role at the agency of Xã Phú Túc.
func post(t target, role string) url.Values {
	return with(reason(t), "agency", "ubnd-28810-2025", "role", role)
}

func cashier(t target) url.Values { return post(t, "cashier") }

func atOnce(t target) url.Values { return with(reason(t), "when", "now") }

func renamed(t target) url.Values { return with(reason(t), "name", "Trần Văn Cũ") }

func back(t target) url.Values {
	return with(reason(t), "handle", strings.ToLower(t["key"])+"@benso.example")
}

func away(t target) url.Values {
	return with(reason(t), "deputy", t["deputy"], "until-day", "27", "until-month", "11", "until-year", "2026")
}

func office(t target) url.Values {
	return with(blank(t), "name", "Phòng Kinh tế số "+strings.ToLower(t["key"]), "ground", "Quyết định 1")
}

func sheet(t target) url.Values {
	return with(reason(t), "text", "login,name,role,agency\n"+strings.ToLower(t["key"])+"@benso.example,Lê Thị Bình,clerk,ubnd-28810-2025\n")
}

func follow(t target) url.Values { return url.Values{"so": {t["number"]}, "ma": {t["secret"]}} }

func guess(t target) url.Values { return url.Values{"so": {t["number"]}, "ma": {"ZZZZZZZZ"}} }

func password(t target) url.Values {
	return with(blank(t), "current", "khong phai mat khau", "password", "mot mat khau khac")
}
