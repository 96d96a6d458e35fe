import { Link } from 'wouter';
import { Die, DieFace } from '../components/Die';
import { PageTitle } from '../components/PageTitle';
import './home.css';

const OFFERS = [
  { pips: 1, title: 'Pick a project', text: 'From a first script to a system that needs a team: each says how hard it is.' },
  { pips: 3, title: 'Enter a hackathon', text: 'Bring a team or find one. A date, a theme, a prize, and a reason to finish.' },
  { pips: 6, title: 'Land the job', text: 'Apply with what you have built. Your résumé is seen by the poster and nobody else.' },
];

export default function HomePage() {
  return (
    <div className="home">
      <section className="hero">
        <div>
          <p className="eyebrow">Projects · Hackathons · Jobs</p>
          <PageTitle title="Learn by making">You learn it when you build it.</PageTitle>
          <p className="hero__text">
            DiceyTech is where people who learn by making find their next project, the team for it, and the job after it.
          </p>
          <div className="actions">
            <Link href="/register" className="button button--large">
              Join, it is free
            </Link>
            <Link href="/login" className="button button--large button--quiet">
              Log in
            </Link>
          </div>
        </div>
        <Throw />
      </section>
      <section className="offers" aria-label="What you find here">
        {OFFERS.map(({ pips, title, text }) => (
          <div key={title} className="offer">
            <Die pips={pips} />
            <h2>{title}</h2>
            <p>{text}</p>
          </div>
        ))}
      </section>
    </div>
  );
}

function Throw() {
  return (
    <svg className="throw" viewBox="0 0 360 320" aria-hidden="true" focusable="false">
      <ellipse className="throw__table" cx="180" cy="172" rx="172" ry="140" />
      <g className="throw__a" transform="translate(52 78) rotate(-16 66 66) scale(5.5)">
        <DieFace pips={5} />
      </g>
      <g className="throw__b" transform="translate(196 142) rotate(14 48 48) scale(4.2)">
        <DieFace pips={3} />
      </g>
      <g className="throw__c" transform="translate(206 48) rotate(38 26 26) scale(2.3)">
        <DieFace pips={6} />
      </g>
    </svg>
  );
}
