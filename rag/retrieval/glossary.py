"""Words of questions in German, French and Spanish with the English ones that abstracts use."""

from __future__ import annotations

LANGUAGES = ("de", "fr", "es")

ASKING = {
    "de": """
wie=how was=what welche=which welcher=which welches=which welchen=which warum=why wieso=why weshalb=why wer=who
wann=when wo=where wieviel=how_much wieviele=how_many womit=with_what wofür=for_what wozu=for_what wodurch=how
ohne=without mit=with über=about zu=about vor=before nach=after seit=since zwischen=between und=and oder=or
nicht=not kein=no keine=no bis=until aus=from von=of in=in für=for gegen=against bei=in als=than mehr=more
besser=better weniger=less viel=much viele=many
""",
    "fr": """
comment=how que=what quoi=what quel=which quelle=which quels=which quelles=which pourquoi=why qui=who quand=when
où=where combien=how_many sans=without avec=with sur=about avant=before après=after depuis=since entre=between
et=and ou=or pas=not pour=for par=by dans=in en=in de=of des=of du=of contre=against plus=more mieux=better
moins=less beaucoup=many
""",
    "es": """
cómo=how como=how qué=what que=that cuál=which cuáles=which quién=who cuándo=when dónde=where cuánto=how_much
cuántos=how_many cuánta=how_much cuántas=how_many sin=without con=with sobre=about antes=before después=after
desde=since entre=between y=and o=or no=not para=for por=by en=in de=of del=of contra=against más=more
mejor=better menos=less muchos=many
""",
}
"""Words that stand for one of English; `_` joins two. "de 2015" is read as "from 2015" elsewhere."""

DROPPED = {
    "de": """
der die das den dem des ein eine einen einem einer eines es er sie man kann können könnte wird werden wurde
wurden ist sind war waren hat haben sich dabei denn auch noch nur ganz so da dort dies diese dieser dieses
diesem diesen im am zum zur vom um ihr ihre sein seine wir ich mir uns gibt gibt's bitte wenn dass damit daran
darin lässt lassen soll sollte muss
""",
    "fr": """
le la les l un une d c ce cet cette ces est sont était été être a ont avait il elle ils elles on se s peut
peuvent pourrait n ne y au aux son sa ses leur leurs nous je me moi donc aussi encore très si qu
""",
    "es": """
el la los las lo un una unos unas es son fue era ser está están ha han se su sus al esta este esto estas estos
ese esa puede pueden podría hay me nos le les si también muy ya
""",
}
"""Words that say nothing of the subject."""

TERMS = """
papers | arbeiten artikeln publikationen veröffentlichungen aufsätz | articles publications | artículos articulos trabajos
paper | arbeit papier artikel publikation veröffentlichung aufsatz | article papier publication | artículo articulo trabajo
published | veröffentlicht erschien publiziert | publié paru | publicad
reduce | reduzier verringer senk | rédui redui diminu | reduc reduz
detect | erkenn entdeck | détect | detect
contain | enthält enthalt | contien | contien
deal with | behandel befass | trait | trata
bias | verzerrung voreingenommen | biais | sesgo
hide | verberg verbirg versteck | cach | ocult
express | ausdrück äußer | exprim | expres
compute | berechn rechen | calcul | cálcul calcul
study | studie untersuchung | étud etud | estudi
survey | überblick übersicht | | panorama
investigate | untersuch erforsch | étudie examin | investig examin estudia
show | zeig | montr | muestra mostra
use | benutz verwend nutz einsetz | utilis emploi | utiliz usa emplea
train | trainier training | entraîn entrain apprentissage_de | entren
learning | lern | apprentissage | aprendizaj
learn | | apprend appris | aprend
reinforcement | bestärkend verstärk | renforcement | refuerzo
method | methode verfahren ansatz ansätz | méthod method approche | método metodo enfoque
model | modell | modèl model | modelo
language | sprach | langue langage linguist | lenguaje lengua idioma lingüíst
large | groß größ grosse | grand gros | grande gran
small | klein | petit | pequeñ
data | daten | donnée donnees | datos dato
dataset | datensatz datensätz | jeu_de_données | conjunto_de_datos corpus
set | menge | jeu ensemble | conjunto
knowledge | wissen kenntnis | connaissance savoir | conocimient
graph | graph | graphe | grafo
network | netz | réseau reseau | red redes
neural | neuronal | neurone neuronal | neuronal
recommendation | empfehl vorschläg | recommand | recomend
system | system | système systeme | sistema
nursing | pfleg krankenpfleg | infirmi soins | enfermer
value | wert | valeur | valor
medical | medizin ärztlich klinisch | médic clinique | médic medic clínic
health | gesundheit | santé sante | salud
food | ernährung essen lebensmittel | aliment nourriture | aliment comida nutri
alignment | ausricht angleich abgleich abstimm | align | aline
preference | präferenz vorlieb bevorzug | préférenc preferenc préfér | preferenc prefier
optimization | optimier | optimis | optimiz
human | mensch | humain | human
reward | belohnung | récompens recompens | recompens
layer | schicht | couche | capa capas
normalization | normalisier normierung | normalis | normaliz
remove | entfern weglass weglassen entfall | supprim enlev retir | elimin quitar suprim
translation | übersetz | traduc traduire tradui | traduc traduc
machine | maschin | automatique machine | automátic máquina
speech | gesprochen rede | parole oral vocal | habla voz
recognition | erkennung | reconnaissance reconnaît | reconocim
image | bild | imag | imagen imágen
video | video | vidéo | vídeo video
generate | erzeug generier | génér gener produire | gener
physics | physik | physique | física
law | gesetz recht | loi lois | ley leyes
cultural | kultur | culturel culture | cultural cultura
commonsense | alltagswissen menschenverstand | sens_commun bon_sens | sentido_común
evaluate | bewert evaluier beurteil auswert | évalu evalu | evalú evalua
measure | mess mißt misst | mesur | mide medir medid
benchmark | vergleichstest testreihe | banc_d'essai | banco_de_pruebas
predict | vorhersag vorherseh prognos sagt_voraus | prédi predi prévo prévi | predic predec predice
impact | einfluss wirkung | impact influenc | impacto influenc
recent | neu aktuell jüngst | récent nouveau nouvel | recient nuev
store | speicher | stocker mémoris stockag | almacen memoriz
memory | gedächtnis speicher | mémoire memoire | memoria
parameter | parameter | paramètre parametre | parámetro parametro
domain | domän fachgebiet gebiet | domaine | dominio
adaptation | anpass adaption | adapt | adapt
entity | entität eigenname | entité | entidad
extract | extrah extraktion auszieh | extrai extract | extrac extraer
question | frage | question | pregunta
answer | antwort beantwort | répon repon | respon
error | fehler | erreur | error
hallucination | halluzin erfind | hallucin | alucin
reasoning | schlussfolger schließen denken | raisonn | razonam
conversation | gespräch unterhaltung dialog | convers dialogu | convers diálog
user | nutzer benutzer anwender | utilisateur | usuari
product | produkt ware | produit | producto
store shop | laden geschäft handel | commerce magasin boutique | comercio tienda
price | preis | prix | precio
market | markt börse | marché | mercado bolsa
stock | aktie | action_en_bourse boursier | acción_de_bolsa acciones
time | zeit | temps | tiempo
fast faster | schnell geschwindigkeit beschleunig | rapide vite accélér | rápid veloc aceler
cost | kosten | coût cout | cost
cheap | billig günstig | bon_marché | barat
compression | kompression komprim verdicht | compress | compres
distillation | destill | distill | destil
noise noisy | rauschen verrauscht | bruit | ruido ruidos
label | etikett beschrift annotier kennzeichn | étiquet annot | etiquet anot
safety | sicherheit | sécurité sûreté | seguridad
attack | angriff | attaque | ataque
code | quellcode code programmier | code programm | código program
software | software | logiciel | software
robot | roboter | robot | robot
chemistry molecule | chemie molekül | chimi molécul | químic molécul
material | werkstoff material | matériau materiau | material
wireless | drahtlos funk | sans_fil | inalámbric
sensor sensing | sensor | capteur | sensor
city urban | stadt städt | ville urbain | ciudad urban
mobility | mobilität bewegung | mobilité déplacement | movilidad
retrieval search | suche suchen abruf | recherche | búsqueda buscar recuperación
document | dokument | document | documento
text | text | texte | texto
word | wort wörter | mot mots | palabra
title | titel | titre | título
author | autor verfasser | auteur | autor
year | jahr | année an | año
result | ergebnis resultat | résultat | resultado
accuracy | genauigkeit treffsicher | exactitude précision | exactitud precisión
performance | leistung | performance | rendimiento
improve | verbesser steiger | amélior amelior | mejora
compare | vergleich | compar | compar
difference | unterschied | différenc | diferenc
problem | problem | problème | problema
solve | lös gelöst | résou résol | resuelv resolv soluc
task | aufgabe | tâche tache | tarea
attention | aufmerksamkeit | attention | atención
sink | senke | puits | sumidero
token | token | jeton | token
depth deep | tief tiefe | profond | profund
learning rate | lernrate | taux_d'apprentissage | tasa_de_aprendizaje
forget | vergess | oubli | olvid
continual | fortlaufend kontinuierlich | continu | continu
merge | verschmelz zusammenführ | fusion | fusion fusión
belief | glaube überzeug meinung | croyance opinion | creencia
fact | tatsache fakt | fait factuel | hecho
culture | kultur | culture | cultura
country | land länder | pays | país
Chinese | chinesisch | chinois | chin
Spanish | spanisch | espagnol | español
English | englisch | anglais | inglés
German | deutsch | allemand | alemán
French | französisch | français | francés
multilingual | mehrsprachig | multiling | multiling plurilingüe
persuasion | überzeugungskraft überred | persuasi | persuasi
weight | gewicht | poids | peso
gradient | gradient | gradient | gradiente
classification | klassifi einordn | classifi classement | clasific
calibration | kalibrier | calibr | calibr
quantization | quantisier | quantif | cuantiz
pruning | beschneid kürz | élagag | poda
integer | ganzzahl | entier | enter
company | firma unternehmen | entreprise société | empresa
job recruitment | beruf stellen bewerb | emploi recrut | empleo contrat
student | schüler student | élève étudiant | estudiant alumn
teacher | lehrer | enseignant professeur | profesor docente
"""
"""English | beginnings of German words | of French ones | of Spanish ones; `_` stands for a blank."""
